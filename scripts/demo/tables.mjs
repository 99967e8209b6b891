/**
 * The two tables of the demo: dishes of four kitchens, and who liked which. Each guest is at home in one kitchen and goes astray now and
 * then, and in every kitchen a few dishes are liked by most: there is something to learn, and popularity is worth something.
 */
const kitchens = {
  Thai: [
    ['basil', 'coconut', 'lemongrass', 'peanut'],
    ['curry', 'noodles', 'soup', 'rice', 'salad'],
  ],
  Italian: [
    ['tomato', 'pesto', 'truffle', 'ricotta'],
    ['pasta', 'pizza', 'risotto', 'gnocchi', 'lasagne'],
  ],
  Mexican: [
    ['bean', 'chipotle', 'avocado', 'lime'],
    ['tacos', 'burrito', 'quesadilla', 'fajitas', 'enchiladas'],
  ],
  Baking: [
    ['cinnamon', 'almond', 'rhubarb', 'plum'],
    ['cake', 'buns', 'tart', 'crumble', 'pancakes'],
  ],
};
const guests = 160;
const likesOfEach = 9;
const atHome = 0.85;

/** The same tables each time: 31-bit linear congruential steps (Park and Miller), as numbers from 0 to 1. */
function createRandom(seed) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

export function makeTables(seed = 7) {
  const random = createRandom(seed);
  const dishes = Object.entries(kitchens).flatMap(([kitchen, [flavours, forms]]) =>
    flavours.flatMap((flavour) =>
      forms.map((form) => ({ name: `${flavour[0].toUpperCase()}${flavour.slice(1)} ${form}`, kitchen, flavour })),
    ),
  );
  const perKitchen = dishes.length / Object.keys(kitchens).length;
  const likes = [];
  for (let guest = 0; guest < guests; guest += 1) {
    const own = guest % Object.keys(kitchens).length;
    const liked = new Set();
    while (liked.size < likesOfEach) {
      const kitchen = random() < atHome ? own : Math.floor(random() * Object.keys(kitchens).length);
      // Squared, so that the first dishes of a kitchen are liked most.
      liked.add(kitchen * perKitchen + Math.floor(random() ** 2 * perKitchen));
    }
    for (const dish of liked) likes.push(`guest-${guest},d${dish},${3 + Math.floor(3 * random())}`);
  }
  return {
    dishes: ['dish_id,Dish name,kitchen,flavour', ...dishes.map(({ name, kitchen, flavour }, at) => `d${at},${name},${kitchen},${flavour}`), ''].join('\n'), // prettier-ignore
    likes: ['guest,dish,stars', ...likes, ''].join('\n'),
    counts: { dishes: dishes.length, guests, likes: likes.length },
    /** Of guest-0's kitchen. */
    aDish: dishes[0].name,
  };
}
