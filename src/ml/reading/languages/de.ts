/** German: what meal descriptions are read with. Umlauts lose their dots and ß is ss, as in the text. */
import type { Language } from '../language';
import { foodList, withHundreds, wordList } from './list';
import { unitsOf } from './measures';

const ones = wordList('ein zwei drei vier funf sechs sieben acht neun');
const tens = wordList('zehn zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig');

/** "einundzwanzig": the one stands before the ten. */
const compounds = tens
  .slice(1)
  .flatMap((ten, t) => ones.map((one, o) => [`${one}und${ten}`, (t + 2) * 10 + o + 1] as const));

const upToHundred = {
  ...Object.fromEntries(ones.map((word, at) => [word, at + 1] as const)),
  ...Object.fromEntries(tens.map((word, at) => [word, (at + 1) * 10] as const)),
  ...Object.fromEntries(compounds),
  eins: 1,
  elf: 11,
  zwolf: 12,
  dreizehn: 13,
  vierzehn: 14,
  funfzehn: 15,
  sechzehn: 16,
  siebzehn: 17,
  achtzehn: 18,
  neunzehn: 19,
};
const hundreds = ['', ...ones].map((one, at) => [`${one}hundert`, Math.max(1, at) * 100] as const);

/** "Einem halben" is no one and a half: a share behind an article of any case and gender. */
const articles = wordList('ein eine einen einem einer eines');
const shares = {
  ...Object.fromEntries(wordList('halb halbe halber halbes halben halbem').map((word) => [word, 0.5] as const)),
  viertel: 0.25,
  drittel: 1 / 3,
};

const numbers = {
  ...withHundreds(upToHundred, hundreds, ['', 'und']),
  ...Object.fromEntries(articles.map((word) => [word, 1] as const)),
  ...shares,
  ...Object.fromEntries(
    articles.flatMap((article) => Object.entries(shares).map(([word, of]) => [`${article} ${word}`, of] as const)),
  ),
  null: 0,
  zwo: 2,
  dreiviertel: 0.75,
  'drei viertel': 0.75,
  anderthalb: 1.5,
  eineinhalb: 1.5,
  zweieinhalb: 2.5,
  dreieinhalb: 3.5,
  'ein paar': 3,
  dutzend: 12,
  'ein dutzend': 12,
  'halbes dutzend': 6,
  'ein halbes dutzend': 6,
};

const units = unitsOf({
  milligram: 'mg, milligramm',
  gram: 'g, gr, gramm',
  kilogram: 'kg, kilo, kilos, kilogramm',
  ounce: 'oz, unze, unzen',
  pound: 'pfund',
  milliliter: 'ml, milliliter',
  centiliter: 'cl, zentiliter',
  deciliter: 'dl, deziliter',
  liter: 'l, liter',
  cup: 'tasse, tassen, tasschen',
  tablespoon: 'el, essloffel',
  teaspoon: 'tl, teeloffel, kaffeeloffel',
  pinch: 'prise, prisen, messerspitze',
  splash: 'schuss, spritzer',
  small: 'klein, kleine, kleiner, kleines, kleinen',
  medium: 'mittel, mittlere, mittlerer, mittleres, mittleren, mittelgross, mittelgrosse, mittelgrosser, mittelgrosses',
  large: 'gross, grosse, grosser, grosses, grossen',
  'extra large': 'riesig, riesige, riesiger, riesiges, extra gross',
  slice: 'scheibe, scheiben, scheibchen',
  piece: 'stuck, stucke, stuckchen, stk',
  glass: 'glas, glaser, glaschen',
  mug: 'becher, humpen',
  bowl: 'schale, schalen, schussel, schusseln, schalchen',
  plate: 'teller',
  can: 'dose, dosen',
  bottle: 'flasche, flaschen, flaschchen',
  handful: 'handvoll, hand voll',
  serving: 'portion, portionen',
  scoop: 'kugel, kugeln, messloffel',
  bar: 'riegel, tafel, tafeln',
  stick: 'stange, stangen',
  packet: 'tutchen, sachet, beutelchen',
  package: 'packung, packungen, pckg, packchen',
  container: 'topfchen, behalter, kubel',
  box: 'schachtel, karton',
  jar: 'einmachglas, schraubglas',
  bag: 'tute, tuten, beutel, sack',
  wedge: 'ecke, spalte, spalten',
  clove: 'zehe, zehen',
  leaf: 'blatt, blatter',
  fillet: 'filet, filets',
  cone: 'waffeltute, hornchen mit eis',
  shot: 'schnapsglas, stamperl',
});

const foods = `
  Apple: apfel, apfeln; Banana: banane, bananen; Orange: orange, orangen, apfelsine, apfelsinen; Tangerine: mandarine, mandarinen, clementine, clementinen;
  Pear: birne, birnen; Peach: pfirsich, pfirsiche; Nectarine: nektarine, nektarinen; Apricot: aprikose, aprikosen, marille, marillen;
  Plum: pflaume, pflaumen, zwetschge, zwetschgen; Cherries: kirsche, kirschen; Strawberries: erdbeere, erdbeeren; Raspberries: himbeere, himbeeren;
  Blueberries: heidelbeere, heidelbeeren, blaubeere, blaubeeren; Blackberries: brombeere, brombeeren; Berries: beere, beeren, beerenmischung;
  Grapes: traube, trauben, weintraube, weintrauben; Raisins: rosine, rosinen; Dates: dattel, datteln; Fig: feige, feigen; Pineapple: ananas;
  Mango: mango, mangos; Papaya: papaya; Kiwi fruit: kiwi, kiwis; Watermelon: wassermelone, wassermelonen; Cantaloupe: melone, zuckermelone;
  Lemon: zitrone, zitronen; Lime: limette, limetten; Grapefruit: grapefruit, pampelmuse; Pomegranate: granatapfel; Avocado: avocado, avocados;
  Fruit salad: obstsalat, fruchtsalat; Mixed fruit: obst; Applesauce: apfelmus, apfelmark; Dried fruit: trockenobst, dorrobst;
  Tomato: tomate, tomaten, paradeiser; Cherry tomatoes: kirschtomate, kirschtomaten, cherrytomaten, cocktailtomaten;
  Cucumber: gurke, gurken, salatgurke; Carrots: karotte, karotten, mohre, mohren, ruebli; Cooked carrots: gekochte karotten, gedunstete karotten;
  Broccoli: brokkoli, broccoli; Cauliflower: blumenkohl, karfiol; Spinach: spinat; Lettuce: kopfsalat, eisbergsalat, blattsalat;
  Salad: salat, gemischter salat, gruner salat, beilagensalat; Arugula: rucola, rauke; Onion: zwiebel, zwiebeln; Garlic: knoblauch;
  Bell pepper: paprika, paprikaschote; Mushrooms: champignon, champignons, pilz, pilze; Corn: mais, maiskolben; Green peas: erbse, erbsen;
  Green beans: grune bohnen, buschbohnen, brechbohnen; Cabbage: kohl, weisskohl, weisskraut; Red cabbage: rotkohl, rotkraut, blaukraut;
  Sauerkraut: sauerkraut; Brussels sprouts: rosenkohl; Kale: grunkohl, federkohl; Zucchini: zucchini, zucchetti; Eggplant: aubergine, auberginen;
  Asparagus: spargel; Celery: sellerie, staudensellerie; Beets: rote bete, rote beete, rote ruben; Radish: radieschen, rettich; Leeks: lauch, porree;
  Pumpkin: kurbis; Artichoke: artischocke, artischocken; Mixed vegetables: gemuse, mischgemuse, gemusemischung; Olives: olive, oliven;
  Pickles: essiggurke, essiggurken, gewurzgurke, gewurzgurken; Coleslaw: krautsalat;
  Boiled potatoes: kartoffel, kartoffeln, salzkartoffeln, pellkartoffeln, erdapfel, pellkartoffel, gekochte kartoffeln;
  Roast potatoes: ofenkartoffeln, bratkartoffeln, rostkartoffeln; Baked potato: ofenkartoffel, folienkartoffel;
  Mashed potatoes: kartoffelpuree, kartoffelbrei, kartoffelstock, puree; French fries: pommes, pommes frites, fritten;
  Potato chips: kartoffelchips, chips; Sweet potato: susskartoffel, susskartoffeln; Potato salad: kartoffelsalat;
  Potato pancake: kartoffelpuffer, reibekuchen, reiberdatschi; Hash browns: rosti;
  Grilled chicken breast: hahnchenbrust, huhnerbrust, pouletbrust, hahnchenbrustfilet, hahnchen, huhn, poulet;
  Fried chicken: backhahnchen, backhendl, frittiertes hahnchen; Chicken thigh: hahnchenschenkel; Chicken wings: hahnchenflugel, chickenwings;
  Chicken nuggets: hahnchennuggets, chickennuggets; Turkey: pute, putenbrust, truthahn, putenschnitzel; Roast duck: ente, entenbrust, entenkeule;
  Beef: rindfleisch, rind; Steak: rindersteak, rumpsteak; Ground beef: hackfleisch, rinderhack, faschiertes, gehacktes;
  Roast beef: rinderbraten, roastbeef; Meatballs: frikadelle, frikadellen, bulette, buletten, fleischpflanzerl, fleischballchen;
  Meatloaf: hackbraten, falscher hase; Pork schnitzel: schnitzel, wiener schnitzel, schweineschnitzel; Pork chop: schweinekotelett, kotelett;
  Roast pork: schweinebraten, schweinefleisch; Pork tenderloin: schweinefilet; Lamb chop: lamm, lammkotelett, lammfleisch;
  Ham: schinken, kochschinken; Prosciutto: rohschinken, parmaschinken, serranoschinken; Bacon: speck, bacon, fruhstucksspeck;
  Sausage: wurst, wurstchen; Bratwurst: bratwurst, bratwurste, rostbratwurst; Hot dog sausage: wiener, wiener wurstchen, frankfurter, bockwurst;
  Salami: salami; Chorizo: chorizo; Liver pate: leberwurst, leberpastete; Liver: leber, rinderleber; Gyro: doner, doner kebab, kebab, kebap, gyros;
  Grilled salmon: lachs, lachsfilet; Smoked salmon: raucherlachs; Canned tuna: thunfisch, thunfisch in wasser, thunfisch in ol, thunfisch im eigenen saft, dosenthunfisch; Cod: kabeljau, dorsch, fischfilet;
  Battered fish: backfisch, fisch in bierteig; Fish: fisch; Fish sticks: fischstabchen; Trout: forelle; Sardines: sardine, sardinen;
  Pickled herring: hering, matjes, rollmops; Shrimp: garnele, garnelen, shrimps, krabben, crevetten; Mussels: muschel, muscheln, miesmuscheln;
  Fried calamari: calamares, tintenfischringe; Octopus: oktopus, krake; Egg: ei, eier, eiern, gekochtes ei, hartgekochtes ei, gekochte eier;
  Fried egg: spiegelei, spiegeleier; Scrambled eggs: ruhrei, ruhreier; Poached egg: pochiertes ei; Omelette: omelett;
  Spanish omelette: spanisches omelett; Egg white: eiweiss, eiklar; Egg yolk: eigelb, eidotter; Milk: milch, kuhmilch; Whole milk: vollmilch;
  Reduced fat milk: halbfettmilch; Skim milk: magermilch, entrahmte milch; Oat milk: hafermilch, haferdrink; Soy milk: sojamilch, sojadrink;
  Almond milk: mandelmilch, mandeldrink; Buttermilk: buttermilch; Chocolate milk: schokomilch, kakaogetrank;
  Hot chocolate: heisse schokolade, kakao, trinkschokolade; Yogurt: joghurt; Plain yogurt: naturjoghurt; Greek yogurt: griechischer joghurt;
  Fruit yogurt: fruchtjoghurt, erdbeerjoghurt; Farmer's cheese: quark, speisequark, magerquark, topfen;
  Cottage cheese: huttenkase, korniger frischkase; Cream cheese: frischkase; Cheese: kase, schnittkase; Gouda: gouda, edamer;
  Swiss cheese: emmentaler, bergkase, schweizer kase; Mozzarella: mozzarella; Feta: feta, schafskase, hirtenkase; Parmesan: parmesan;
  Brie: brie, camembert; Goat cheese: ziegenkase; Blue cheese: blauschimmelkase, gorgonzola; Ricotta: ricotta; Butter: butter; Margarine: margarine;
  Heavy cream: sahne, schlagsahne, rahm, obers; Whipped cream: schlagobers, geschlagene sahne; Sour cream: saure sahne, sauerrahm, schmand;
  White bread: brot, weissbrot, toastbrot; Whole wheat bread: vollkornbrot; Rye bread: roggenbrot, graubrot, mischbrot, bauernbrot;
  Sourdough bread: sauerteigbrot; French bread: stangenbrot, baguette; Toast: toast; Bread roll: brotchen, semmel, semmeln, schrippe;
  Whole wheat roll: vollkornbrotchen; Soft pretzel: brezel, brezeln, breze, laugenbrezel; Croissant: croissant, croissants, hornchen;
  Chocolate croissant: schokocroissant; Crispbread: knackebrot; Crackers: cracker; Rice cake: reiswaffel, reiswaffeln; Corn tortilla: maistortilla;
  Flour tortilla: weizentortilla; White rice: reis, weisser reis, gekochter reis; Brown rice: naturreis, vollkornreis;
  Pasta: nudeln, pasta, spaghetti, penne; Whole wheat pasta: vollkornnudeln, vollkornspaghetti;
  Spaghetti bolognese: spaghetti bolognese, nudeln mit hackfleischsauce; Spaghetti carbonara: spaghetti carbonara; Lasagna: lasagne;
  Pasta salad: nudelsalat; Gnocchi: gnocchi, schupfnudeln; Couscous: couscous; Quinoa: quinoa; Bulgur: bulgur; Polenta: polenta;
  Oatmeal: haferbrei, porridge, haferschleim; Raw oats: haferflocken; Granola: musli, granola, knuspermusli; Corn flakes: cornflakes;
  Breakfast cereal: fruhstucksflocken, zerealien; Granola bar: musliriegel; Protein bar: proteinriegel, eiweissriegel;
  Protein powder: proteinpulver, eiweisspulver; Protein shake: proteinshake, eiweissshake; Pancakes: pfannkuchen, eierkuchen, pancake;
  Crepe: crepe, palatschinken; Waffles: waffel, waffeln; French toast: arme ritter; Pizza: pizza, pizza margherita;
  Pepperoni pizza: salamipizza, pizza salami; Hamburger: hamburger, burger; Cheeseburger: cheeseburger; Hot dog: hot dog;
  Sandwich: belegtes brot, sandwich; Ham and cheese sandwich: schinken kase toast, schinken kase sandwich;
  Ham sandwich: schinkenbrot, schinkenbrotchen; Cheese sandwich: kasebrot, kasebrotchen; Tuna sandwich: thunfischsandwich; Tacos: taco, tacos;
  Burrito: burrito; Enchilada: enchilada; Empanada: empanada; Quesadilla: quesadilla; Tamale: tamale; Guacamole: guacamole; Sushi: sushi;
  Paella: paella; Risotto: risotto; Fried rice: gebratener reis; Chicken curry: hahnchencurry, huhnercurry; Vegetable curry: gemusecurry;
  Chili con carne: chili con carne, chili; Beef stew: gulasch, rindergulasch, eintopf, rindereintopf;
  Stuffed cabbage rolls: kohlroulade, kohlrouladen, krautwickel; Stuffed peppers: gefullte paprika; Quiche: quiche; Ratatouille: ratatouille;
  Falafel: falafel; Hummus: hummus, kichererbsenpuree; Tzatziki: zaziki, tzatziki; Lentils: linse, linsen; Lentil soup: linsensuppe, linseneintopf;
  Chickpeas: kichererbse, kichererbsen; Kidney beans: kidneybohnen; Black beans: schwarze bohnen; White beans: weisse bohnen; Beans: bohne, bohnen;
  Refried beans: bohnenmus; Baked beans: baked beans, bohnen in tomatensosse; Tofu: tofu; Yeast: hefe, trockenhefe, backhefe; Wheat flour: mehl, weizenmehl; Whole wheat flour: vollkornmehl; Rice flour: reismehl; Chickpea flour: kichererbsenmehl; Lard: schmalz, schweineschmalz; Soup: suppe; Chicken soup: huhnersuppe, huhnerbruhe;
  Chicken noodle soup: huhnernudelsuppe, nudelsuppe; Vegetable soup: gemusesuppe, gemuseeintopf; Tomato soup: tomatensuppe;
  Potato soup: kartoffelsuppe; Pumpkin soup: kurbissuppe; Gazpacho: gazpacho; French onion soup: zwiebelsuppe;
  Broth: bruhe, fleischbruhe, gemusebruhe; Almonds: mandel, mandeln; Walnuts: walnuss, walnusse; Hazelnuts: haselnuss, haselnusse;
  Cashews: cashew, cashews, cashewkerne; Peanuts: erdnuss, erdnusse; Pistachios: pistazie, pistazien; Mixed nuts: nuss, nusse, nussmischung;
  Peanut butter: erdnussbutter, erdnussmus; Almond butter: mandelmus; Chocolate hazelnut spread: nutella, nuss nougat creme, schokocreme;
  Chia seeds: chiasamen; Sunflower seeds: sonnenblumenkerne; Pumpkin seeds: kurbiskerne; Flax seeds: leinsamen;
  Milk chocolate: schokolade, vollmilchschokolade; Dark chocolate: zartbitterschokolade, dunkle schokolade, bitterschokolade;
  White chocolate: weisse schokolade; Candy bar: schokoriegel; Gummy candy: gummibarchen, weingummi; Hard candy: bonbon, bonbons;
  Cookie: keks, kekse, platzchen; Chocolate chip cookie: schokokeks, schokoladenkeks, cookie; Cake: kuchen, torte;
  Chocolate cake: schokoladenkuchen, schokokuchen, schwarzwalder kirschtorte; Cheesecake: kasekuchen, topfenkuchen;
  Carrot cake: karottenkuchen, mohrenkuchen, rueblitorte; Apple pie: apfelkuchen; Apple strudel: apfelstrudel; Fruit tart: obsttorte, obstkuchen;
  Muffin: muffin; Brownie: brownie; Donuts: donut, krapfen; Jelly donut: berliner; Churros: churros; Éclair: eclair, liebesknochen;
  Ice cream: eis, speiseeis, eiscreme; Vanilla ice cream: vanilleeis; Chocolate ice cream: schokoladeneis, schokoeis; Sorbet: sorbet;
  Vanilla pudding: pudding, vanillepudding; Chocolate pudding: schokoladenpudding, schokopudding; Flan: karamellpudding; Rice pudding: milchreis;
  Tiramisu: tiramisu; Chocolate mousse: mousse au chocolat, schokoladenmousse; Jam: marmelade, konfiture; Honey: honig; Sugar: zucker;
  Maple syrup: ahornsirup; Popcorn: popcorn; Tortilla chips: tortillachips, nachochips; Salted pretzels: salzbrezeln, salzstangen; Ketchup: ketchup;
  Mustard: senf; Mayonnaise: mayonnaise, mayo; Tomato sauce: tomatensosse, tomatensauce; Pesto: pesto; Soy sauce: sojasosse, sojasauce;
  Gravy: bratensosse, bratensauce; Hollandaise sauce: sauce hollandaise, hollandaise; Italian dressing: salatdressing, dressing, salatsosse;
  Olive oil: olivenol; Vegetable oil: ol, pflanzenol, sonnenblumenol, rapsol; Vinegar: essig; Water: wasser, mineralwasser, leitungswasser, sprudel;
  Coffee: kaffee, schwarzer kaffee, filterkaffee; Coffee with cream: kaffee mit sahne, kaffee mit milch; Café con leche: milchkaffee;
  Espresso: espresso; Latte: latte macchiato, latte, milchkaffee latte; Cappuccino: cappuccino; Tea: tee, schwarztee, schwarzer tee;
  Green tea: gruntee, gruner tee; Herbal tea: krautertee, fruchtetee, pfefferminztee; Chamomile tea: kamillentee; Iced tea: eistee;
  Orange juice: orangensaft, o saft; Apple juice: apfelsaft; Fruit juice: saft, fruchtsaft, multivitaminsaft; Grape juice: traubensaft;
  Tomato juice: tomatensaft; Cola: cola, coca cola; Diet cola: cola light, cola zero; Lemon-lime soda: limonade, limo, zitronenlimonade;
  Lemonade: zitronenlimo hausgemacht, zitronenwasser; Energy drink: energydrink; Fruit smoothie: smoothie, fruchtsmoothie; Milkshake: milchshake;
  Beer: bier, pils, weizenbier, weissbier, helles; Non-alcoholic beer: alkoholfreies bier; Red wine: rotwein, wein; White wine: weisswein;
  Rosé wine: rosewein; Sparkling wine: sekt, champagner, prosecco; Sangria: sangria; Whiskey: whisky, whiskey; Vodka: wodka; Gin and tonic: gin tonic;
`;

export const german: Language = {
  code: 'de',
  numbers,
  units,
  fillers: wordList(
    `der die das den dem des im am zum zur vom beim in an auf aus von zu bei nach fur als ich wir du er sie es mein meine meinen meiner mir uns habe hab haben gegessen esse
      essen getrunken trinke war waren ist sind heute gestern morgen morgens mittags abends nachts fruhstuck mittagessen abendessen abendbrot brotzeit imbiss
      snack zwischendurch etwas ca circa ungefahr etwa rund noch auch nur dann danach davor dabei lecker leckere leckerer leckeres frisch frische frischer frisches frischen
      aber sondern selbstgemacht selbstgemachte hausgemacht hausgemachte ganz ganze ganzer ganzes bisschen wenig`,
  ),
  joins: wordList('und mit sowie plus & dazu'),
  negations: wordList('ohne kein keine keinen keiner keines keinem keinerlei weder nicht statt anstatt anstelle'),
  eating: wordList('gab gibt ass trank hatte'),
  alternatives: wordList('oder'),
  each: wordList('je jeweils'),
  neither: ['weder', 'noch'],
  foods: foodList(foods),
};
