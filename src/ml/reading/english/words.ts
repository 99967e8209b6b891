/** The words of English that amounts are made of, and those that say nothing of a food. All are stems (`stem` of foods/names). */
import type { Language, UnitWord } from '../language';
import { stem } from '../../foods/names';

const mass = (grams: number): UnitWord => ({ kind: 'mass', grams });
const volume = (ml: number, unit?: string): UnitWord =>
  unit === undefined ? { kind: 'volume', ml } : { kind: 'volume', ml, unit };
const household = (unit: string): UnitWord => ({ kind: 'household', unit });
const size = (of: 'small' | 'medium' | 'large' | 'extra large'): UnitWord => ({ kind: 'size', size: of });

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** US customary measures, as USDA's portions mean them. */
export const cupMl = 236.588;
export const tablespoonMl = 14.787;
export const teaspoonMl = 4.929;
export const fluidOunceMl = 29.574;
export const ounceG = 28.35;

const unitList: readonly (readonly [string, UnitWord])[] = [
  ['g gr gram gramm gramme grm gm gms', mass(1)],
  ['kg kgs kilo kilogram kilogramme', mass(1000)],
  ['mg milligram', mass(0.001)],
  ['oz ozs ounce', mass(ounceG)],
  ['lb lbs pound', mass(453.592)],
  ['ml mls milliliter millilitre cc', volume(1)],
  ['cl centiliter centilitre', volume(10)],
  ['dl deciliter decilitre', volume(100)],
  ['l liter litre ltr', volume(1000)],
  ['cup cupful', volume(cupMl, 'cup')],
  ['tablespoon tbsp tbs tblsp tablespoonful dollop', volume(tablespoonMl, 'tablespoon')],
  ['teaspoon tsp teaspoonful drizzle', volume(teaspoonMl, 'teaspoon')],
  ['splash', volume(tablespoonMl, 'splash')],
  ['floz', volume(fluidOunceMl, 'floz')],
  ['pint pt', volume(473.176, 'pint')],
  ['quart qt', volume(946.353, 'quart')],
  ['gallon', volume(3785.41, 'gallon')],
  ['pinch dash sprinkle sprinkling dab', volume(0.3, 'pinch')],
  ['spoon spoonful', volume(10, 'spoon')],
  ...words(
    'slice strip piece glass mug bowl plate can bottle handful serving scoop bar stick packet package container box tub jar carton pouch ' +
      'shot pat wedge clove stalk leaf fillet ear cob spear floret link patty ball roll loaf sheet ring square cube bunch head rib ' +
      'drumstick thigh wing breast leg half segment section cone biscuit kernel pod sprig finger order meal chunk tray drink jigger round bag ' +
      'sandwich nugget tender pretzel chip cracker item rod twist sleeve dozen tray wrap triangle bit',
  ).map((word) => [word, household(word)] as const),
  ['pc pcs', household('piece')],
  ['tin', household('can')],
  ['rasher', household('strip')],
  ['bowlful', household('bowl')],
  ['plateful', household('plate')],
  ['glassful', household('glass')],
  ['portion helping side', household('serving')],
  ['filet', household('fillet')],
  ['sachet', household('packet')],
  ['pack pk', household('package')],
  ['pot', household('container')],
  ['floweret', household('floret')],
  ['small little', size('small')],
  ['medium regular average normal', size('medium')],
  ['large big', size('large')],
  ['huge xl jumbo', size('extra large')],
];

const cardinals = words(
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
);
const tens = words('twenty thirty forty fifty sixty seventy eighty ninety');

/** Words that say nothing of a food or how much of it: function words, verbs of eating, times of day, praise. */
const fillers = words(`
  a an the this that these those some any my our your his her their its it i we you he she they me us him them who which what where when while how all each every both either
  of in on at to for from by as into onto over under up down out off around about approximately roughly almost nearly just only also too very quite really then than there here
  is are was were be been being am do did does done had have has having ate eat eating eaten drank drink drinking drunk enjoyed enjoy enjoying enjoyable consumed consume consuming
  had got get getting gets grabbed grab made make making makes took take taking started start starting finished finish finishing served serve serving snacked snack snacking munched munch munching
  sipped sip sipping savored savor savoring indulged indulge indulging treated paired pair pairing accompanied accompany accompanying alongside along together combined featuring feature
  features featured including include includes included consisting consisted consists complemented complement complementing followed follow following topped top garnished finished
  breakfast lunch dinner supper brunch meal snack snacktime dessert starter appetizer morning afternoon evening night midnight noon midday today yesterday tonight day late early later before after
  during time now again once twice quick light hearty simple delicious tasty yummy nice good great lovely refreshing satisfying comforting wholesome nutritious healthy favorite
  favourite perfect classic my myself homemade leftover leftovers usual typical freshly prepared style plus as well so but if because since until like
  shared sharing amount amounts total portion side main course entire full heaping heaped generous level scant rounded packed lightly little bit bite extra more less other another same different
  kind type variety please thanks went go going came come coming would could should will can may might must shall let lets need want wanted love loved like liked
  restaurant home house place corner grandma grandmas grandmother mom moms mum mums dad dads kitchen work school office cafe store shop fast plate table
  optional taste needed desired divided finely chopped coarsely roughly thinly thickly freshly peeled seeded hulled pitted deseeded trimmed washed rinsed drained beaten mashed halved
  quartered crushed minced diced cubed sliced slivered grated shredded torn softened melted room temperature separated sifted zest juiced optional garnish
  measuring measure measured weighing weigh weighed weighs equivalent worth containing contain contains contained filled fill prep cooking not no yes oh um kcal calorie cal am pm x
  start end ended ending wash washed down cap capped round rounded off bed drizzled sprinkled spread dipped stuffed mixed mix tossed added add adding adds
  saltandpepper choice chose choose opted opt bite bites few ones one bunch such helping helpings totaling totalling totaled totalled
  flavorful flavourful savory savoury juicy fluffy tender golden refreshing hearty comforting creamy rich smooth crunchy zesty tangy satisfying delightful wonderful fantastic amazing
  scrumptious delectable mouthwatering succulent decadent luscious aromatic vibrant crispness sizzling steaming chilled cool cozy soothing energizing hydrating invigorating vibrantly
  thirst quenching indulgent filling substantial balanced protein-packed nutrient packed rich-tasting loaded touch hint kick twist splashy fizzy bubbly thick-cut beautifully perfectly
  wonderfully deliciously expertly skillfully carefully lightly generously moderately mildly subtly naturally traditionally truly absolutely especially particularly mostly mainly
  completed complete completing rounding ended paired accompanied complementing enhanced enhance enhancing dressed dress dressing-free seasoned season seasoning flavored-up adorned crowned
  joined join joining alongside nestled layered layer coated-in drenched tender-crisp moist flaky gooey chewy sugary buttery nutty spicy-sweet ripe
  company friend family child kid son daughter husband wife partner everyone everybody sides treat treats goodness deliciousness bliss delight craving boost pick-me-up energy fuel routine
  instead even
  day's today's morning's evening's feeling felt decided decide managed sat sit sitting down relaxed relax relaxing break midday mid late-night early-morning busy lazy sunday monday tuesday
  wednesday thursday friday saturday weekend weekday holiday bright
  inch diameter experience variety selection assortment comfort classic timeless beloved popular fancy lovely soft-spoken exotic local authentic rustic elegant
`);

export const english: Language = {
  code: 'en',
  numbers: Object.fromEntries([
    ['zero', 0] as const,
    ...cardinals.map((word, at) => [word, at + 1] as const),
    ...tens.map((word, at) => [word, (at + 2) * 10] as const),
    ['hundred', 100] as const,
  ]),
  units: Object.fromEntries(
    unitList.flatMap(([names, unit]) => words(names).map((name) => [stem(name), unit] as const)),
  ),
  fillers: [...new Set(fillers.map(stem))],
  joins: words('and with plus & +'),
  negations: words('without no not excluding minus except hold'),
  foods: {},
};

/**
 * Words that say of what kind a food is, never which: alone they name none. How it was cooked or kept, its colour, fat, taste and cut.
 */
const vessels = `cup bowl plate can tin bottle handful serving scoop stick packet package pack container box tub jar carton pouch shot wedge clove stalk ear cob spear floret ball loaf sheet ring
  square cube bunch head half segment section kernel pod sprig finger order chunk tray drink jigger round bag item rod twist sleeve slice strip piece glass mug link bar portion side pint
  patty fillet bit rasher spoon spoonful tablespoon teaspoon ounce pot meal triangle size splash pinch dash`;
export const qualifiers: ReadonlySet<string> = new Set(
  words(`${vessels}

  raw fromraw cooked fried baked broiled grilled roasted roast boiled steamed stewed smoked cured dried dry canned frozen fresh plain regular hot cold warm iced instant brewed
  whole half reduced low lowfat nonfat fat free fatfree reducedfat light lite lean skim skinless boneless skin eaten part cooking method style flavored flavor flavour sweet sweetened unsweetened
  salted unsalted spicy mild sharp soft hard thin thick crust thincrust thickcrust mediumcrust stuffedcrust large small medium mini miniature big white brown red green yellow black dark blue purple
  added addedfat noaddedfat noskin withskin nopeel withpeel nocoating coating leanonly leanandfat made with without from home recipe purchased bakery restaurant store fast school cafeteria lunch mix ready ready-to-eat readytoeat prepared powdered powder liquid
  diet sugarfree nosugar decaffeinated decaf caffeine caffeinefree other than type types form ns nfs schoollunch fastfood homerecipe movietheater readytoheat crunch any as in only and or lightly extra double triple single
  breaded coated battered crispy crunchy creamy creamed filled stuffed topped glazed frosted iced covered chopped sliced diced mashed shredded ground minced crushed
  commercial homemade traditional organic natural artificial imitation vegetarian vegan meatless meat vegetable fruit glutenfree gluten lowsodium reducedsodium sodium nosalt
  american italian mexican chinese japanese indian greek french spanish puerto rican cuban canadian belgian vienna asian thai korean oriental southern
  percent 1percent 2percent 100percent dairy nondairy real old new stage baby multi multigrain grain wheat wholewheat wholegrain
  drained undrained packed water brine syrup heavy oil butter margarine sauce
  size cut pieces piece slice bite regular-size personal individual
  mixed assorted various combination variety high protein toasted popped microwave movie theater kettle frosted crisp crusted seasoned sauteed stirfry marinated rotisserie peeled strained pureed cubed shelled unshelled uncooked cracked loaf sandwich-type fiber calcium vitamin vitaminc rich creamy spiced wild baby
  `).map(stem),
);

/**
 * Words of everyday English that names of foods hold ("birthday cake", "Milky Way", "sea bass"). Standing alone without a unit they name none:
 * "at a birthday party", "a perfect way to unwind".
 */
export const everyday: ReadonlySet<string> = new Set(
  words(`
  acorn angel animal arnold back bake baking bavarian belly birthday bitter blend blended block blood bloody blossom board bone boston bottled boy brain brick
  bubble bud bulb button cape captain casino charm chew christmas cinema clarified claw club condensed cooler cottage cotton country crystal cuba cutie
  deluxe denver desiccated dim ding dirty divan dog doodle dove dover dream drop drink easy empty ensure equal evaporated everything extract farmer fashioned
  feet fizz flat foot food forest formula fortune freezer fresco fuzzy gala german germ globe gold golden gram granny hawaiian heart helper hen hero hog hole hostess
  hunan hush ice infant innocent irish jack jacket jasmine jolly kaiser king kit lance leaf leather leg libre life limb loop lotus louisiana lucky maria mary
  melt milky mineral miracle mixture moscow mountain multiple nail naked native navel neck nutrition nutritional original oven overnight pain palm pan paper party
  pearl peking pig pink pocket poke pool pound premier premium prepackaged prime processed puff puffed puppy quest rainbow raised reconstituted replacement restructured
  ridged rob root rose rusty sea seared sec shell shepherd shirley shoot short shoulder skewer skinny skirt sling smith snap sour special species split sponge
  sport spray spreadable stacked star sticker sticky still straw street strong student substitute sucker sum summer sun sunrise supreme swedish swirl
  tail tap temple thread tinned tom topping tot trail tropical tube turkish ultra unroasted vanilla vault victoria vietnamese vine wavy way wedding welsh western
  wheel whip wilted winter woven worm zebra zero`).map(stem),
);
