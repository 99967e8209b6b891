/** French: what meal descriptions are read with. Accents are left out and œ is oe, as in the text. */
import type { Language } from '../language';
import { foodList, withHundreds, wordList } from './list';
import { unitsOf } from './measures';

/** One to nineteen. */
const small = [
  ...wordList('un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize'),
  'dix sept',
  'dix huit',
  'dix neuf',
];
const tens = wordList('vingt trente quarante cinquante soixante');

/** 70 to 79 go on from sixty, 80 to 99 from four twenties: "soixante douze", "quatre vingt dix sept". */
const counted = (word: string, from: number, upTo: number) =>
  small.slice(0, upTo).map((one, at) => [`${word} ${one}`, from + at + 1] as const);

const upToHundred = {
  ...Object.fromEntries(small.map((word, at) => [word, at + 1] as const)),
  ...Object.fromEntries(tens.map((word, at) => [word, (at + 2) * 10] as const)),
  ...Object.fromEntries(
    tens.flatMap((ten, t) => [
      ...counted(ten, (t + 2) * 10, ten === 'soixante' ? 19 : 9),
      [`${ten} et un`, (t + 2) * 10 + 1] as const,
      [`${ten} et une`, (t + 2) * 10 + 1] as const,
    ]),
  ),
  ...Object.fromEntries(counted('quatre vingt', 80, 19)),
  'soixante et onze': 71,
  'quatre vingt': 80,
  une: 1,
};
const hundreds = small.slice(0, 9).map((one, at) => [at === 0 ? 'cent' : `${one} cent`, (at + 1) * 100] as const);

const numbers = {
  ...withHundreds(upToHundred, hundreds, [' ']),
  zero: 0,
  demi: 0.5,
  demie: 0.5,
  'un demi': 0.5,
  'une demi': 0.5,
  'la moitie de': 0.5,
  "la moitie d'un": 0.5,
  "la moitie d'une": 0.5,
  'moitie de': 0.5,
  quart: 0.25,
  'un quart': 0.25,
  'un quart de': 0.25,
  'trois quarts': 0.75,
  'trois quarts de': 0.75,
  'un tiers': 1 / 3,
  'un tiers de': 1 / 3,
  'un et demi': 1.5,
  'une et demie': 1.5,
  'deux et demi': 2.5,
  'deux et demie': 2.5,
  quelques: 3,
  douzaine: 12,
  'une douzaine': 12,
  'une douzaine de': 12,
  "une douzaine d'": 12,
  'demi douzaine': 6,
  'une demi douzaine': 6,
  'une demi douzaine de': 6,
};

const units = unitsOf({
  milligram: 'mg, milligramme',
  gram: 'g, gr, gramme',
  kilogram: 'kg, kilo, kilogramme',
  ounce: 'oz, once',
  pound: 'livre',
  milliliter: 'ml, millilitre',
  centiliter: 'cl, centilitre',
  deciliter: 'dl, decilitre',
  liter: 'l, litre',
  cup: 'tasse, petite tasse',
  tablespoon: 'cuillere a soupe, c a soupe, cuilleree a soupe, cas, c a s, c. a s., cuil a soupe, cuilleres a soupe',
  teaspoon: 'cuillere a cafe, c a cafe, cuilleree a cafe, cac, c a c, c. a c., cuil a cafe, cuilleres a cafe',
  pinch: 'pincee',
  splash: 'filet d, trait, goutte, larme',
  small: 'petit, petite',
  medium: 'moyen, moyenne',
  large: 'grand, grande, gros, grosse',
  'extra large': 'enorme, geant, geante, tres grand, tres grande',
  slice: 'tranche, tranchette',
  piece: 'morceau, morceaux, piece',
  glass: 'verre',
  mug: 'mug, chope',
  bowl: 'bol, saladier',
  plate: 'assiette',
  can: 'boite, canette, conserve',
  bottle: 'bouteille, petite bouteille',
  handful: 'poignee',
  serving: 'portion, part',
  scoop: 'boule, dosette, mesure',
  bar: 'barre, tablette',
  stick: 'baton, batonnet',
  packet: 'sachet individuel, stick individuel',
  package: 'paquet',
  container: 'barquette, pot',
  box: 'carton, brique',
  jar: 'bocal, bocaux',
  bag: 'sachet, sac',
  wedge: 'quartier',
  clove: 'gousse',
  leaf: 'feuille',
  fillet: 'filet, pave',
  cone: 'cornet, cone',
  shot: 'shot, petit verre',
});

const foods = `
  Apple: pomme; Banana: banane; Orange: orange; Tangerine: mandarine, clementine; Pear: poire; Peach: peche; Nectarine: nectarine, brugnon;
  Apricot: abricot; Plum: prune, quetsche; Cherries: cerise; Strawberries: fraise; Raspberries: framboise; Blueberries: myrtille; Blackberries: mure;
  Berries: fruits rouges, baies; Grapes: raisin, raisin frais; Raisins: raisin sec, raisins secs; Dates: datte; Fig: figue; Pineapple: ananas;
  Mango: mangue; Papaya: papaye; Kiwi fruit: kiwi; Watermelon: pasteque; Cantaloupe: melon; Lemon: citron; Lime: citron vert;
  Grapefruit: pamplemousse; Pomegranate: grenade; Avocado: avocat; Fruit salad: salade de fruits; Mixed fruit: fruit;
  Applesauce: compote de pommes, compote; Dried fruit: fruits secs; Tomato: tomate; Cherry tomatoes: tomate cerise, tomates cerises;
  Cucumber: concombre; Carrots: carotte; Cooked carrots: carottes cuites, carottes vapeur; Broccoli: brocoli; Cauliflower: chou fleur;
  Spinach: epinard; Lettuce: laitue, salade verte; Salad: salade, salade composee, salade mixte; Arugula: roquette; Onion: oignon; Garlic: ail;
  Bell pepper: poivron; Mushrooms: champignon; Corn: mais, epi de mais; Green peas: petits pois, petit pois;
  Green beans: haricot vert, haricots verts; Cabbage: chou, chou blanc; Red cabbage: chou rouge; Sauerkraut: choucroute;
  Brussels sprouts: choux de bruxelles; Kale: chou kale; Zucchini: courgette; Eggplant: aubergine; Asparagus: asperge; Celery: celeri;
  Beets: betterave; Radish: radis; Leeks: poireau; Pumpkin: citrouille, potiron; Artichoke: artichaut;
  Mixed vegetables: legume, jardiniere de legumes; Olives: olive; Pickles: cornichon; Coleslaw: salade de chou;
  Boiled potatoes: pomme de terre, pommes de terre, pommes vapeur; Roast potatoes: pommes de terre roties, pommes de terre sautees;
  Baked potato: pomme de terre au four; Mashed potatoes: puree, puree de pommes de terre; French fries: frites, frite; Potato chips: chips;
  Sweet potato: patate douce, patates douces; Potato salad: salade de pommes de terre; Potato pancake: galette de pommes de terre;
  Hash browns: roesti; Grilled chicken breast: blanc de poulet, poulet, filet de poulet, poulet grille; Fried chicken: poulet frit;
  Chicken thigh: cuisse de poulet, haut de cuisse; Chicken wings: ailes de poulet, aile de poulet; Chicken nuggets: nuggets de poulet;
  Turkey: dinde, blanc de dinde, escalope de dinde; Roast duck: canard, magret de canard; Beef: boeuf; Steak: bifteck, entrecote;
  Ground beef: viande hachee, boeuf hache, steak hache; Roast beef: roti de boeuf, rosbif;
  Meatballs: boulette de viande, boulettes de viande, boulettes; Meatloaf: pain de viande; Pork schnitzel: escalope panee, escalope de porc;
  Pork chop: cote de porc; Roast pork: porc, roti de porc; Pork tenderloin: filet mignon de porc; Lamb chop: agneau, cotelette d'agneau;
  Ham: jambon, jambon blanc; Prosciutto: jambon cru, jambon de parme; Bacon: lard, lardon, bacon; Sausage: saucisse; Bratwurst: saucisse grillee;
  Hot dog sausage: saucisse de francfort, knacki; Salami: saucisson, salami; Chorizo: chorizo; Liver pate: pate de foie, pate en croute, pate de campagne; Liver: foie;
  Gyro: kebab, doner kebab; Grilled salmon: saumon, pave de saumon; Smoked salmon: saumon fume; Canned tuna: thon, thon au naturel, thon a l'huile, thon en boite;
  Cod: cabillaud, morue, poisson blanc; Battered fish: poisson pane, poisson frit; Fish: poisson; Fish sticks: batonnets de poisson; Trout: truite;
  Sardines: sardine; Pickled herring: hareng; Shrimp: crevette; Mussels: moule; Fried calamari: calamar, beignets de calamar; Octopus: poulpe; Escargots: escargot;
  Egg: oeuf, oeuf dur, oeufs durs, oeuf a la coque; Fried egg: oeuf au plat, oeufs au plat; Scrambled eggs: oeufs brouilles; Poached egg: oeuf poche;
  Omelette: omelette; Spanish omelette: omelette espagnole; Egg white: blanc d'oeuf, blancs d'oeufs; Egg yolk: jaune d'oeuf; Milk: lait;
  Whole milk: lait entier; Reduced fat milk: lait demi ecreme; Skim milk: lait ecreme; Oat milk: lait d'avoine, boisson d'avoine;
  Soy milk: lait de soja; Almond milk: lait d'amande; Buttermilk: lait ribot, babeurre; Chocolate milk: lait chocolate, lait au chocolat;
  Hot chocolate: chocolat chaud, cacao; Yogurt: yaourt, yogourt; Plain yogurt: yaourt nature; Greek yogurt: yaourt grec, yaourt a la grecque;
  Fruit yogurt: yaourt aux fruits; Farmer's cheese: fromage blanc, skyr; Cottage cheese: fromage cottage;
  Cream cheese: fromage frais, fromage a tartiner; Cheese: fromage; Gouda: gouda, mimolette; Swiss cheese: emmental, gruyere, comte;
  Mozzarella: mozzarella; Feta: feta; Parmesan: parmesan; Brie: brie, camembert; Goat cheese: fromage de chevre, chevre; Blue cheese: roquefort, bleu;
  Ricotta: ricotta; Butter: beurre; Margarine: margarine; Heavy cream: creme, creme fraiche, creme liquide; Whipped cream: creme chantilly, chantilly;
  Sour cream: creme aigre; White bread: pain, pain blanc, pain de mie; Whole wheat bread: pain complet; Rye bread: pain de seigle;
  Sourdough bread: pain au levain, pain de campagne; French bread: baguette; Toast: pain grille, toast; Bread roll: petit pain;
  Whole wheat roll: petit pain complet; Soft pretzel: bretzel; Croissant: croissant; Chocolate croissant: pain au chocolat, chocolatine;
  Crispbread: pain croustillant, biscotte; Crackers: cracker, biscuit sale; Rice cake: galette de riz, galettes de riz;
  Corn tortilla: tortilla de mais; Flour tortilla: tortilla de ble; White rice: riz, riz blanc; Brown rice: riz complet, riz brun;
  Pasta: pates, spaghetti, coquillettes; Whole wheat pasta: pates completes; Spaghetti bolognese: spaghetti bolognaise, pates bolognaise, pates a la bolognaise, spaghetti a la bolognaise;
  Spaghetti carbonara: pates carbonara, spaghetti carbonara; Lasagna: lasagnes; Pasta salad: salade de pates; Gnocchi: gnocchi;
  Couscous: couscous, semoule; Quinoa: quinoa; Bulgur: boulgour; Polenta: polenta; Oatmeal: bouillie d'avoine, porridge; Raw oats: flocons d'avoine;
  Granola: muesli, granola; Corn flakes: corn flakes, petales de mais; Breakfast cereal: cereales, cereales du petit dejeuner;
  Granola bar: barre de cereales; Protein bar: barre proteinee; Protein powder: proteine en poudre, whey; Protein shake: shake proteine;
  Pancakes: pancake; Crepe: crepe, galette; Waffles: gaufre; French toast: pain perdu; Pizza: pizza, pizza margherita;
  Pepperoni pizza: pizza pepperoni; Hamburger: hamburger, burger; Cheeseburger: cheeseburger; Hot dog: hot dog; Sandwich: sandwich;
  Ham and cheese sandwich: sandwich jambon fromage, croque monsieur; Ham sandwich: sandwich au jambon, jambon beurre;
  Cheese sandwich: sandwich au fromage; Tuna sandwich: sandwich au thon; Tacos: taco, tacos; Burrito: burrito; Enchilada: enchilada;
  Empanada: empanada; Quesadilla: quesadilla; Tamale: tamale; Guacamole: guacamole; Sushi: sushi, maki; Paella: paella; Risotto: risotto;
  Fried rice: riz cantonais, riz frit; Chicken curry: curry de poulet, poulet au curry; Vegetable curry: curry de legumes;
  Chili con carne: chili con carne; Beef stew: ragout de boeuf, pot au feu, boeuf bourguignon; Stuffed cabbage rolls: chou farci;
  Stuffed peppers: poivrons farcis; Quiche: quiche, quiche lorraine; Ratatouille: ratatouille; Falafel: falafel; Hummus: houmous; Tzatziki: tzatziki;
  Lentils: lentille; Lentil soup: soupe de lentilles; Chickpeas: pois chiche, pois chiches; Kidney beans: haricots rouges;
  Black beans: haricots noirs; White beans: haricots blancs; Beans: haricot; Refried beans: puree de haricots; Baked beans: haricots a la tomate;
  Tofu: tofu; Cornmeal: farine de mais; Wheat flour: farine, farine de ble; Whole wheat flour: farine complete; Rice flour: farine de riz; Chickpea flour: farine de pois chiche; Yeast: levure, levure de boulanger; Lard: saindoux; Soup: soupe; Chicken soup: soupe de poulet, bouillon de poule; Chicken noodle soup: soupe de poulet aux vermicelles;
  Vegetable soup: soupe de legumes, potage; Tomato soup: soupe de tomates, soupe a la tomate; Potato soup: soupe de pommes de terre;
  Pumpkin soup: soupe de potiron, veloute de potiron; Gazpacho: gaspacho; French onion soup: soupe a l'oignon; Broth: bouillon; Almonds: amande;
  Walnuts: noix, noix de grenoble; Hazelnuts: noisette; Cashews: noix de cajou; Peanuts: cacahuete, cacahouete; Pistachios: pistache;
  Mixed nuts: fruits a coque, melange de noix; Peanut butter: beurre de cacahuete, beurre d'arachide; Almond butter: puree d'amande, beurre d'amande;
  Chocolate hazelnut spread: pate a tartiner, nutella; Chia seeds: graines de chia; Sunflower seeds: graines de tournesol;
  Pumpkin seeds: graines de courge; Flax seeds: graines de lin; Milk chocolate: chocolat, chocolat au lait; Dark chocolate: chocolat noir;
  White chocolate: chocolat blanc; Candy bar: barre chocolatee; Gummy candy: bonbons gelifies, nounours; Hard candy: bonbon;
  Cookie: biscuit, cookie, gateau sec; Chocolate chip cookie: cookie aux pepites de chocolate; Cake: gateau;
  Chocolate cake: gateau au chocolat, fondant au chocolat, foret noire; Cheesecake: gateau au fromage; Carrot cake: gateau aux carottes;
  Apple pie: tarte aux pommes; Apple strudel: strudel aux pommes; Fruit tart: tarte aux fruits, tarte; Muffin: muffin; Brownie: brownie;
  Donuts: beignet, donut; Jelly donut: boule de berlin; Churros: churro, chichi; Éclair: eclair, eclair au chocolat; Ice cream: glace, creme glacee;
  Vanilla ice cream: glace a la vanille, glace vanille; Chocolate ice cream: glace au chocolat; Sorbet: sorbet;
  Vanilla pudding: creme vanille, flan patissier; Chocolate pudding: creme au chocolat, creme dessert au chocolat; Flan: flan, creme caramel;
  Rice pudding: riz au lait; Tiramisu: tiramisu; Chocolate mousse: mousse au chocolat; Jam: confiture; Honey: miel; Sugar: sucre;
  Maple syrup: sirop d'erable; Popcorn: popcorn, pop corn; Tortilla chips: chips tortilla; Salted pretzels: bretzels aperitif; Ketchup: ketchup;
  Mustard: moutarde; Mayonnaise: mayonnaise; Tomato sauce: sauce tomate; Pesto: pesto; Soy sauce: sauce soja; Gravy: sauce au jus, jus de viande;
  Hollandaise sauce: sauce hollandaise; Italian dressing: vinaigrette, sauce salade; Olive oil: huile d'olive;
  Vegetable oil: huile, huile de tournesol, huile vegetale; Vinegar: vinaigre; Water: eau, eau minerale, eau gazeuse; Coffee: cafe, cafe noir;
  Coffee with cream: cafe a la creme; Café con leche: cafe au lait; Espresso: expresso, cafe serre; Latte: latte, cafe latte; Cappuccino: cappuccino;
  Tea: the, the noir; Green tea: the vert; Herbal tea: tisane, infusion; Chamomile tea: camomille; Iced tea: the glace; Orange juice: jus d'orange;
  Apple juice: jus de pomme; Fruit juice: jus, jus de fruits; Grape juice: jus de raisin; Tomato juice: jus de tomate; Cola: coca, coca cola, cola;
  Diet cola: coca zero, coca light; Lemon-lime soda: limonade gazeuse; Lemonade: citronnade, limonade;
  Energy drink: boisson energisante, boisson energetique; Fruit smoothie: smoothie, smoothie aux fruits; Milkshake: milk shake;
  Beer: biere, demi de biere; Non-alcoholic beer: biere sans alcool; Red wine: vin rouge, vin; White wine: vin blanc; Rosé wine: vin rose;
  Sparkling wine: champagne, cremant, vin mousseux; Sangria: sangria; Whiskey: whisky; Vodka: vodka; Gin and tonic: gin tonic;
`;

/** "d'amandes", "l'avocat": the article clings to a food that begins with a vowel or a silent h. */
const withElisions = (plain: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  ...plain,
  ...Object.fromEntries(
    Object.entries(plain)
      .filter(([word]) => /^[aeiouh]/.test(word))
      .flatMap(([word, english]) => [`d'${word}`, `l'${word}`].map((elided) => [elided, english] as const)),
  ),
});

export const french: Language = {
  code: 'fr',
  numbers,
  units,
  fillers: wordList(
    `le la les de du des d a au aux en dans sur pour par moi j je nous on tu il elle mon ma mes ton ta tes son sa ses ce cette ces ai avons mange manger mangeons bu boire pris prendre
      dejeune dine dejeuner diner souper gouter repas collation encas matin midi soir nuit aujourd hui hier y etait etaient est sont avait environ pres presque aussi
      seulement ensuite apres avant bon bonne bons bonnes delicieux delicieuse frais fraiche fraiches maison entier entiere entiers entieres peu`,
  ),
  joins: wordList('et avec plus & puis'),
  negations: [
    ...wordList('sans ni pas aucun aucune'),
    'mais pas',
    'mais sans',
    'mais ni',
    'mais aucun',
    'mais aucune',
    'au lieu',
    'a la place',
    'plutot que',
  ],
  alternatives: wordList('ou'),
  each: wordList('chacun chacune'),
  foods: withElisions(foodList(foods)),
};
