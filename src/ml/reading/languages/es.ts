/** Spanish, of Spain and of Latin America: what meal descriptions are read with. */
import type { Language } from '../language';
import { foodList, withHundreds, wordList } from './list';
import { unitsOf } from './measures';

const ones = wordList('uno dos tres cuatro cinco seis siete ocho nueve');
const teens = wordList('once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve');
const tens = wordList('diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa');

const upToHundred = {
  ...Object.fromEntries(ones.map((word, at) => [word, at + 1] as const)),
  ...Object.fromEntries(teens.map((word, at) => [word, at + 11] as const)),
  ...Object.fromEntries(tens.map((word, at) => [word, (at + 1) * 10] as const)),
  // "veintidos" is one word, "treinta y dos" three.
  ...Object.fromEntries(ones.map((word, at) => [`veinti${word}`, 21 + at] as const)),
  ...Object.fromEntries(
    tens.slice(2).flatMap((ten, t) => ones.map((one, o) => [`${ten} y ${one}`, (t + 3) * 10 + o + 1] as const)),
  ),
  un: 1,
  una: 1,
  veintiun: 21,
};
const manyHundreds = wordList('dosc tresc cuatroc quin seisc setec ochoc novec').flatMap((word, at) =>
  ['ientos', 'ientas'].map((end) => [`${word}${end}`, (at + 2) * 100] as const),
);

const numbers = {
  ...withHundreds(upToHundred, [['ciento', 100], ...manyHundreds], [' ']),
  cero: 0,
  cien: 100,
  medio: 0.5,
  media: 0.5,
  'la mitad de': 0.5,
  'mitad de': 0.5,
  cuarto: 0.25,
  'un cuarto de': 0.25,
  'un cuarto': 0.25,
  'tres cuartos': 0.75,
  'tres cuartos de': 0.75,
  'un tercio': 1 / 3,
  'un tercio de': 1 / 3,
  'uno y medio': 1.5,
  'una y media': 1.5,
  'dos y medio': 2.5,
  'dos y media': 2.5,
  'tres y media': 3.5,
  'un par de': 2,
  'un par': 2,
  algunos: 3,
  algunas: 3,
  docena: 12,
  'una docena': 12,
  'una docena de': 12,
  'media docena': 6,
  'media docena de': 6,
};

const units = unitsOf(
  {
    milligram: 'mg, miligramo',
    gram: 'g, gr, gramo',
    kilogram: 'kg, kilo, kilogramo',
    ounce: 'oz, onza',
    pound: 'lb, libra',
    milliliter: 'ml, mililitro',
    centiliter: 'cl, centilitro',
    deciliter: 'dl, decilitro',
    liter: 'l, litro',
    cup: 'taza, tacita',
    tablespoon: 'cucharada, cda, cuchara sopera, cucharadas soperas',
    teaspoon: 'cucharadita, cdta, cucharilla',
    pinch: 'pizca, pellizco',
    splash: 'chorro, chorrito, chorreon',
    small: 'pequeno, pequena, chico, chica, pequenito, pequenita',
    medium: 'mediano, mediana, tamano mediano',
    large: 'grande, gran',
    'extra large': 'enorme, gigante, extra grande',
    slice: 'rebanada, loncha, lonja, rodaja, feta, tajada',
    piece: 'pieza, trozo, pedazo, unidad, unidades',
    glass: 'vaso, copa, vasito',
    mug: 'tazon, jarra',
    bowl: 'bol, cuenco, plato hondo',
    plate: 'plato, platito',
    can: 'lata, latita',
    bottle: 'botella, botellin, botellines',
    handful: 'punado, punadito',
    serving: 'porcion, porciones, racion, raciones',
    scoop: 'bola, cacito, medida',
    bar: 'barrita, tableta',
    stick: 'palito, barra',
    packet: 'sobre, sobrecito',
    package: 'paquete, paquetito',
    container: 'envase, tarrina, recipiente',
    box: 'caja, cajita, brik',
    jar: 'tarro, frasco, bote',
    bag: 'bolsa, bolsita',
    wedge: 'gajo, cuna',
    clove: 'diente',
    leaf: 'hoja, hojita',
    fillet: 'filete de pescado, lomo de pescado',
    cone: 'cucurucho, barquillo, cono',
    shot: 'chupito, caballito',
  },
  // Of Latin America; that of Castile was 460 g.
  453.592,
);

const foods = `
  Apple: manzana; Banana: platano, banana, guineo; Orange: naranja; Tangerine: mandarina, clementina; Pear: pera;
  Peach: melocoton, melocotones, durazno; Nectarine: nectarina; Apricot: albaricoque, damasco, chabacano; Plum: ciruela; Cherries: cereza;
  Strawberries: fresa, frutilla; Raspberries: frambuesa; Blueberries: arandano, arandano azul; Blackberries: mora, zarzamora;
  Berries: frutos rojos, bayas; Grapes: uva; Raisins: pasa, uva pasa, uvas pasas; Dates: datil, datiles; Fig: higo; Pineapple: pina; Mango: mango;
  Papaya: papaya; Kiwi fruit: kiwi; Watermelon: sandia; Cantaloupe: melon; Lemon: limon, limones; Lime: lima; Grapefruit: pomelo, toronja;
  Pomegranate: granada; Avocado: aguacate, palta; Fruit salad: macedonia, ensalada de frutas; Mixed fruit: fruta;
  Applesauce: compota de manzana, pure de manzana; Dried fruit: fruta seca, fruta deshidratada; Tomato: tomate, jitomate;
  Cherry tomatoes: tomate cherry, tomates cherry; Cucumber: pepino; Carrots: zanahoria; Cooked carrots: zanahoria cocida, zanahorias cocidas;
  Broccoli: brocoli; Cauliflower: coliflor; Spinach: espinaca; Lettuce: lechuga; Salad: ensalada, ensalada mixta, ensalada verde;
  Arugula: rucula; Onion: cebolla; Garlic: ajo; Bell pepper: pimiento, morron; Mushrooms: champinon, champinones, seta; Corn: maiz, elote, choclo;
  Green peas: guisante, arveja, chicharo; Green beans: judia verde, judias verdes, ejote, vainita; Cabbage: repollo, col; Red cabbage: lombarda;
  Sauerkraut: chucrut; Brussels sprouts: coles de bruselas; Kale: col rizada; Zucchini: calabacin, calabacines, calabacita; Eggplant: berenjena;
  Asparagus: esparrago; Celery: apio; Beets: remolacha, betabel; Radish: rabano; Leeks: puerro; Pumpkin: calabaza, zapallo; Artichoke: alcachofa;
  Mixed vegetables: verdura, verduras mixtas; Olives: aceituna, oliva; Pickles: pepinillo, pepinillo en vinagre; Coleslaw: ensalada de col;
  Boiled potatoes: patata, papa, patata cocida, patatas cocidas, papa hervida; Roast potatoes: patata asada, patatas asadas, papas asadas;
  Baked potato: patata al horno, papa al horno; Mashed potatoes: pure de patata, pure de patatas, pure de papas;
  French fries: patatas fritas, papas fritas; Potato chips: patatas fritas de bolsa, papas de bolsa, papitas; Sweet potato: boniato, batata, camote;
  Potato salad: ensaladilla, ensalada de patata, ensalada de papa; Potato pancake: tortita de patata; Hash browns: patata rallada frita;
  Grilled chicken breast: pechuga de pollo, pollo, pollo a la plancha, pechuga; Fried chicken: pollo frito;
  Chicken thigh: muslo de pollo, contramuslo; Chicken wings: alitas, alitas de pollo; Chicken nuggets: nuggets de pollo;
  Turkey: pavo, pechuga de pavo; Roast duck: pato; Beef: carne de res, carne de vaca, ternera, res; Steak: filete, bistec, bife, entrecot;
  Ground beef: carne picada, carne molida; Roast beef: rosbif, carne asada; Meatballs: albondiga; Meatloaf: pastel de carne;
  Pork schnitzel: milanesa, escalope; Pork chop: chuleta, chuleta de cerdo; Roast pork: cerdo, carne de cerdo, lomo de cerdo, cerdo asado;
  Pork tenderloin: solomillo de cerdo; Lamb chop: cordero, chuleta de cordero; Ham: jamon, jamon york, jamon cocido;
  Prosciutto: jamon serrano, jamon iberico; Bacon: tocino, beicon, panceta; Sausage: salchicha, embutido; Bratwurst: salchicha alemana;
  Hot dog sausage: salchicha frankfurt; Salami: salami, salchichon; Chorizo: chorizo; Liver pate: pate; Liver: higado; Gyro: kebab, doner;
  Grilled salmon: salmon; Smoked salmon: salmon ahumado; Canned tuna: atun, atun en agua, atun en aceite, atun al natural, atun en lata, bonito; Cod: bacalao, merluza, pescado blanco;
  Battered fish: pescado frito, pescado rebozado; Fish: pescado; Fish sticks: palitos de pescado, varitas de pescado, varitas de merluza;
  Trout: trucha; Sardines: sardina; Pickled herring: arenque; Shrimp: gamba, camaron, camarones, langostino; Mussels: mejillon, mejillones;
  Fried calamari: calamar, calamares, calamares a la romana, rabas; Octopus: pulpo; Egg: huevo, huevo duro, huevo cocido, huevos duros;
  Fried egg: huevo frito, huevos fritos, huevo a la plancha; Scrambled eggs: huevos revueltos, revuelto; Poached egg: huevo escalfado, huevo poche;
  Omelette: tortilla francesa, tortilla de huevo, tortilla de huevos, tortilla de un huevo, tortilla de dos huevos, tortilla de tres huevos; Spanish omelette: tortilla espanola, tortilla de patatas; Egg white: clara de huevo, clara;
  Egg yolk: yema de huevo, yema; Milk: leche; Whole milk: leche entera; Reduced fat milk: leche semidesnatada, leche semi;
  Skim milk: leche desnatada, leche descremada; Oat milk: leche de avena, bebida de avena; Soy milk: leche de soja, leche de soya;
  Almond milk: leche de almendras, bebida de almendra; Buttermilk: suero de leche, leche fermentada;
  Chocolate milk: leche con chocolate, batido de chocolate; Hot chocolate: chocolate caliente, cola cao; Yogurt: yogur, yogurt;
  Plain yogurt: yogur natural; Greek yogurt: yogur griego; Fruit yogurt: yogur de frutas, yogur de fresa; Farmer's cheese: queso batido, queso quark;
  Cottage cheese: requeson, queso cottage; Cream cheese: queso crema, queso de untar, queso philadelphia; Cheese: queso;
  Gouda: queso gouda, queso manchego, queso edam; Swiss cheese: queso emmental, queso suizo; Mozzarella: mozzarella, queso mozzarella;
  Feta: queso feta; Parmesan: parmesano, queso parmesano; Brie: queso brie, camembert; Goat cheese: queso de cabra;
  Blue cheese: queso azul, roquefort; Ricotta: ricota, requeson italiano; Butter: mantequilla, manteca; Margarine: margarina;
  Heavy cream: nata, crema, nata para cocinar, crema de leche; Whipped cream: nata montada, crema batida; Sour cream: nata agria, crema agria;
  White bread: pan, pan blanco, pan de molde; Whole wheat bread: pan integral; Rye bread: pan de centeno; Sourdough bread: pan de masa madre;
  French bread: barra de pan, pan frances; Toast: tostada, pan tostado; Bread roll: panecillo, bollo; Whole wheat roll: panecillo integral;
  Soft pretzel: pretzel; Croissant: cruasan, medialuna, croissant; Chocolate croissant: napolitana de chocolate; Crispbread: pan crujiente sueco;
  Crackers: galleta salada, galletas saladas; Rice cake: tortita de arroz, tortitas de arroz; Corn tortilla: tortilla de maiz, tortilla;
  Flour tortilla: tortilla de harina, tortilla de trigo; White rice: arroz, arroz blanco, arroz cocido; Brown rice: arroz integral;
  Pasta: pasta, espaguetis, macarrones, fideos; Whole wheat pasta: pasta integral, espaguetis integrales;
  Spaghetti bolognese: espaguetis a la bolonesa, pasta bolonesa; Spaghetti carbonara: espaguetis a la carbonara, pasta carbonara; Lasagna: lasana;
  Pasta salad: ensalada de pasta; Gnocchi: noquis; Couscous: cuscus; Quinoa: quinoa; Bulgur: bulgur; Polenta: polenta;
  Oatmeal: gachas de avena, avena cocida, papilla de avena; Raw oats: copos de avena, avena; Granola: muesli, granola; Corn flakes: copos de maiz;
  Breakfast cereal: cereales, cereales de desayuno; Granola bar: barrita de cereales, barra de cereal;
  Protein bar: barrita de proteinas, barra de proteina; Protein powder: proteina en polvo; Protein shake: batido de proteinas, licuado de proteina;
  Pancakes: tortita, panqueque; Crepe: crepe, filloa; Waffles: gofre, waffle; French toast: torrija; Pizza: pizza, pizza margarita;
  Pepperoni pizza: pizza de pepperoni; Hamburger: hamburguesa; Cheeseburger: hamburguesa con queso; Hot dog: perrito caliente, pancho;
  Sandwich: bocadillo, sandwich; Ham and cheese sandwich: sandwich mixto, bocadillo de jamon y queso;
  Ham sandwich: bocadillo de jamon, sandwich de jamon; Cheese sandwich: bocadillo de queso, sandwich de queso;
  Tuna sandwich: bocadillo de atun, sandwich de atun; Tacos: taco, tacos; Burrito: burrito; Enchilada: enchilada; Empanada: empanada;
  Quesadilla: quesadilla; Tamale: tamal, tamales; Guacamole: guacamole; Sushi: sushi; Paella: paella; Risotto: risotto;
  Fried rice: arroz frito, arroz chaufa, arroz tres delicias; Chicken curry: pollo al curry, curry de pollo; Vegetable curry: curry de verduras;
  Chili con carne: chili con carne, chile con carne; Beef stew: estofado de ternera, guiso de carne, estofado;
  Stuffed cabbage rolls: rollos de repollo; Stuffed peppers: pimientos rellenos; Quiche: quiche, tarta salada; Ratatouille: pisto; Falafel: falafel;
  Hummus: hummus; Tzatziki: tzatziki; Lentils: lenteja; Lentil soup: sopa de lentejas, lentejas estofadas; Chickpeas: garbanzo;
  Kidney beans: alubia roja, frijol rojo, frijoles rojos; Black beans: frijol negro, frijoles negros, judias negras;
  White beans: alubia, judia blanca, judias blancas; Beans: frijol, frijoles, judia, poroto, habichuela; Refried beans: frijoles refritos;
  Baked beans: alubias en salsa de tomate; Tofu: tofu; Yeast: levadura, levadura fresca; Cornmeal: harina de maiz; Wheat flour: harina, harina de trigo; Whole wheat flour: harina integral; Rice flour: harina de arroz; Chickpea flour: harina de garbanzo; Lard: manteca de cerdo; Soup: sopa; Chicken soup: sopa de pollo, caldo de pollo; Chicken noodle soup: sopa de fideos con pollo;
  Vegetable soup: sopa de verduras, crema de verduras; Tomato soup: sopa de tomate, crema de tomate; Potato soup: sopa de patata, crema de patata;
  Pumpkin soup: crema de calabaza, sopa de calabaza; Gazpacho: gazpacho, salmorejo; French onion soup: sopa de cebolla; Broth: caldo, consome;
  Almonds: almendra; Walnuts: nuez, nueces; Hazelnuts: avellana; Cashews: anacardo, castana de caju; Peanuts: cacahuete, cacahuate, mani;
  Pistachios: pistacho; Mixed nuts: frutos secos, mezcla de frutos secos;
  Peanut butter: mantequilla de cacahuete, crema de cacahuete, mantequilla de mani; Almond butter: crema de almendras, mantequilla de almendra;
  Chocolate hazelnut spread: crema de cacao, nocilla, crema de avellanas; Chia seeds: semillas de chia, chia;
  Sunflower seeds: pipas, semillas de girasol; Pumpkin seeds: semillas de calabaza, pipas de calabaza; Flax seeds: semillas de lino, linaza;
  Milk chocolate: chocolate, chocolate con leche; Dark chocolate: chocolate negro, chocolate amargo; White chocolate: chocolate blanco;
  Candy bar: chocolatina; Gummy candy: gominola, ositos de goma, caramelos de goma; Hard candy: caramelo; Cookie: galleta;
  Chocolate chip cookie: galleta con chispas de chocolate, galleta de chocolate; Cake: pastel, bizcocho, tarta, torta dulce;
  Chocolate cake: selva negra, pastel de chocolate, tarta de chocolate, bizcocho de chocolate; Cheesecake: tarta de queso;
  Carrot cake: pastel de zanahoria, tarta de zanahoria; Apple pie: tarta de manzana, pastel de manzana; Apple strudel: strudel de manzana;
  Fruit tart: tarta de frutas; Muffin: magdalena, muffin; Brownie: brownie; Donuts: dona, rosquilla, donut; Jelly donut: berlinesa; Churros: churro;
  Éclair: eclair, palo de nata; Ice cream: helado, nieve; Vanilla ice cream: helado de vainilla; Chocolate ice cream: helado de chocolate;
  Sorbet: sorbete; Vanilla pudding: pudin de vainilla, natillas; Chocolate pudding: pudin de chocolate, natillas de chocolate; Flan: flan;
  Rice pudding: arroz con leche; Tiramisu: tiramisu; Chocolate mousse: mousse de chocolate; Jam: mermelada; Honey: miel; Sugar: azucar;
  Maple syrup: sirope de arce, jarabe de arce; Popcorn: palomitas, palomitas de maiz; Tortilla chips: totopos, nachos de bolsa;
  Salted pretzels: palitos salados; Ketchup: ketchup, catsup; Mustard: mostaza; Mayonnaise: mayonesa; Tomato sauce: salsa de tomate, tomate frito;
  Pesto: pesto; Soy sauce: salsa de soja, salsa de soya; Gravy: salsa de carne; Hollandaise sauce: salsa holandesa;
  Italian dressing: alino, vinagreta, alino de ensalada; Olive oil: aceite de oliva, aceite; Vegetable oil: aceite vegetal, aceite de girasol;
  Vinegar: vinagre; Water: agua, agua mineral, agua con gas; Coffee: cafe, cafe solo, cafe americano; Coffee with cream: cafe con crema, cafe cortado;
  Café con leche: cafe con leche; Espresso: espresso, expreso, cafe expreso; Latte: latte, cafe latte; Cappuccino: capuchino, cappuccino;
  Tea: te, te negro; Green tea: te verde; Herbal tea: infusion, te de hierbas, tisana; Chamomile tea: manzanilla; Iced tea: te helado, te frio;
  Orange juice: zumo de naranja, jugo de naranja; Apple juice: zumo de manzana, jugo de manzana;
  Fruit juice: zumo, jugo, zumo de frutas, jugo de frutas; Grape juice: mosto, jugo de uva, zumo de uva; Tomato juice: zumo de tomate, jugo de tomate;
  Cola: coca cola, refresco de cola, refresco, cola; Diet cola: coca cola zero, coca cola cero, coca cola light, refresco light;
  Lemon-lime soda: gaseosa, refresco de limon; Lemonade: limonada; Energy drink: bebida energetica;
  Fruit smoothie: licuado, batido de frutas, smoothie; Milkshake: malteada, batido; Beer: cerveza, cana; Non-alcoholic beer: cerveza sin alcohol;
  Red wine: vino tinto, vino; White wine: vino blanco; Rosé wine: vino rosado; Sparkling wine: cava, champan, vino espumoso; Sangria: sangria;
  Whiskey: whisky; Vodka: vodka; Gin and tonic: gin tonic, gintonic;
`;

export const spanish: Language = {
  code: 'es',
  numbers,
  units,
  fillers: wordList(
    `el la los las lo unos unas de del al en a por para que me mi mis tu su sus nos yo nosotros he hemos comi comimos comido como comer cene cenado cenar desayune desayunado desayunar
      almorce almorzado almorzar tome tomado tomar bebi bebido beber merende merendado habia hubo fue era es son hoy ayer manana noche tarde mediodia desayuno almuerzo comida cena
      merienda aperitivo tentempie aproximadamente aprox casi cerca tambien solo luego despues antes rico rica ricos ricas delicioso deliciosa fresco fresca frescos frescas
      pero casero casera caseros caseras entero entera enteros enteras poco`,
  ),
  joins: wordList('y e con mas & junto'),
  negations: [...wordList('sin ni no ningun ninguna tampoco'), 'nada de', 'pero sin', 'pero no', 'en vez', 'en lugar'],
  alternatives: wordList('o u'),
  each: ['cada uno', 'cada una', 'de cada uno'],
  foods: foodList(foods),
};
