/** Meals in German, Spanish and French with what a careful reader takes from them; names as our table writes them. */
export interface LanguageCase {
  readonly text: string;
  /** `grams` where the text states a weight or a volume of water; `count` of `unit` (of whole ones where it is left out) elsewhere. */
  readonly foods: readonly {
    readonly food: string;
    readonly grams?: number;
    readonly count?: number;
    readonly unit?: string;
  }[];
}

export const germanMeals: readonly LanguageCase[] = [
  {
    text: 'zwei Eier und eine Scheibe Vollkornbrot',
    foods: [
      { food: 'Egg', count: 2 },
      { food: 'Whole wheat bread', count: 1, unit: 'slice' },
    ],
  },
  {
    text: '200 g Hähnchenbrust mit 150 g Reis',
    foods: [
      { food: 'Grilled chicken breast', grams: 200 },
      { food: 'White rice', grams: 150 },
    ],
  },
  { text: 'ein Apfel', foods: [{ food: 'Apple', count: 1 }] },
  { text: '1 EL Olivenöl', foods: [{ food: 'Olive oil', count: 1, unit: 'tablespoon' }] },
  { text: 'Kaffee mit 2 TL Zucker', foods: [{ food: 'Coffee' }, { food: 'Sugar', count: 2, unit: 'teaspoon' }] },
  {
    text: 'ein Glas Orangensaft und zwei Brötchen mit Butter',
    foods: [{ food: 'Orange juice', count: 1, unit: 'glass' }, { food: 'Bread roll', count: 2 }, { food: 'Butter' }],
  },
  {
    text: '50 g Haferflocken, 1 Banane, 200 ml Milch',
    foods: [{ food: 'Raw oats', grams: 50 }, { food: 'Banana', count: 1 }, { food: 'Milk' }],
  },
  { text: '0,5 l Bier', foods: [{ food: 'Beer' }] },
  { text: '1,5 kg Kartoffeln', foods: [{ food: 'Boiled potatoes', grams: 1500 }] },
  { text: 'ein halbes Pfund Hackfleisch', foods: [{ food: 'Ground beef', grams: 250 }] },
  {
    text: 'Wiener Schnitzel mit Pommes und Salat',
    foods: [{ food: 'Pork schnitzel' }, { food: 'French fries' }, { food: 'Garden salad' }],
  },
  { text: 'zwei Kugeln Eis', foods: [{ food: 'Ice cream', count: 2, unit: 'scoop' }] },
  { text: 'eine Handvoll Mandeln', foods: [{ food: 'Almonds', count: 1, unit: 'handful' }] },
  {
    text: 'Käsebrot, eine Tomate, eine halbe Gurke',
    foods: [{ food: 'Cheese sandwich' }, { food: 'Tomato', count: 1 }, { food: 'Cucumber', count: 0.5 }],
  },
  {
    text: '150 g griechischer Joghurt mit Heidelbeeren und Honig',
    foods: [{ food: 'Greek yogurt', grams: 150 }, { food: 'Blueberries' }, { food: 'Honey' }],
  },
  { text: 'Spaghetti Bolognese', foods: [{ food: 'Spaghetti bolognese' }] },
  { text: 'eine Dose Thunfisch', foods: [{ food: 'Canned tuna', count: 1, unit: 'can' }] },
  {
    text: 'ein Stück Apfelkuchen mit Sahne',
    foods: [{ food: 'Apple pie', count: 1, unit: 'piece' }, { food: 'Heavy cream' }],
  },
  { text: 'Hamburger ohne Käse', foods: [{ food: 'Hamburger' }] },
  { text: 'Kaffee ohne Zucker', foods: [{ food: 'Coffee' }] },
  { text: 'eine große Portion Pommes mit Ketchup', foods: [{ food: 'French fries' }, { food: 'Ketchup' }] },
  {
    text: 'drei Scheiben Schinken und zwei Spiegeleier',
    foods: [
      { food: 'Ham', count: 3, unit: 'slice' },
      { food: 'Fried egg', count: 2 },
    ],
  },
  { text: 'eine Tafel Schokolade', foods: [{ food: 'Milk chocolate', count: 1, unit: 'bar' }] },
  { text: 'zwölf Weintrauben', foods: [{ food: 'Grapes', count: 12 }] },
  {
    text: 'Linsensuppe und ein Glas Rotwein',
    foods: [{ food: 'Lentil soup' }, { food: 'Red wine', count: 1, unit: 'glass' }],
  },
  { text: 'fünfundzwanzig Gramm Parmesan', foods: [{ food: 'Parmesan', grams: 25 }] },
];

export const spanishMeals: readonly LanguageCase[] = [
  {
    text: 'dos huevos fritos y una rebanada de pan integral',
    foods: [
      { food: 'Fried egg', count: 2 },
      { food: 'Whole wheat bread', count: 1, unit: 'slice' },
    ],
  },
  {
    text: '200 g de pechuga de pollo con 150 g de arroz',
    foods: [
      { food: 'Grilled chicken breast', grams: 200 },
      { food: 'White rice', grams: 150 },
    ],
  },
  { text: 'una manzana', foods: [{ food: 'Apple', count: 1 }] },
  { text: '2 cucharadas de aceite de oliva', foods: [{ food: 'Olive oil', count: 2, unit: 'tablespoon' }] },
  {
    text: 'café con leche y dos cucharaditas de azúcar',
    foods: [{ food: 'Café con leche' }, { food: 'Sugar', count: 2, unit: 'teaspoon' }],
  },
  { text: 'un vaso de zumo de naranja', foods: [{ food: 'Orange juice', count: 1, unit: 'glass' }] },
  { text: 'media taza de arroz cocido', foods: [{ food: 'White rice', count: 0.5, unit: 'cup' }] },
  { text: 'tortilla de patatas y una caña', foods: [{ food: 'Spanish omelette' }, { food: 'Beer' }] },
  { text: '0,5 kg de fresas', foods: [{ food: 'Strawberries', grams: 500 }] },
  {
    text: 'tres tacos y un vaso de agua',
    foods: [
      { food: 'Tacos', count: 3 },
      { food: 'Water', count: 1, unit: 'glass' },
    ],
  },
  {
    text: 'frijoles negros con arroz y aguacate',
    foods: [{ food: 'Black beans' }, { food: 'White rice' }, { food: 'Avocado' }],
  },
  {
    text: 'un yogur natural con un puñado de nueces',
    foods: [
      { food: 'Plain yogurt', count: 1 },
      { food: 'Walnuts', count: 1, unit: 'handful' },
    ],
  },
  { text: 'ensalada mixta sin cebolla', foods: [{ food: 'Garden salad' }] },
  { text: 'una lata de atún', foods: [{ food: 'Canned tuna', count: 1, unit: 'can' }] },
  {
    text: 'bocadillo de jamón y una copa de vino tinto',
    foods: [{ food: 'Ham sandwich' }, { food: 'Red wine', count: 1, unit: 'glass' }],
  },
  { text: 'paella', foods: [{ food: 'Paella' }] },
  { text: 'dos bolas de helado de chocolate', foods: [{ food: 'Chocolate ice cream', count: 2, unit: 'scoop' }] },
  {
    text: '150 gramos de salmón y 100 gramos de brócoli',
    foods: [
      { food: 'Grilled salmon', grams: 150 },
      { food: 'Broccoli', grams: 100 },
    ],
  },
  { text: 'un plato de lentejas', foods: [{ food: 'Lentils', count: 1, unit: 'plate' }] },
  { text: 'dos lonchas de jamón y queso', foods: [{ food: 'Ham', count: 2, unit: 'slice' }, { food: 'Cheese' }] },
  { text: 'una porción de tarta de queso', foods: [{ food: 'Cheesecake', count: 1, unit: 'serving' }] },
  { text: 'café solo sin azúcar', foods: [{ food: 'Coffee' }] },
  { text: 'una docena de gambas', foods: [{ food: 'Shrimp', count: 12 }] },
  { text: 'treinta y cinco gramos de almendras', foods: [{ food: 'Almonds', grams: 35 }] },
  {
    text: 'hamburguesa con queso, patatas fritas y un refresco',
    foods: [{ food: 'Cheeseburger' }, { food: 'French fries' }, { food: 'Cola', count: 1 }],
  },
  { text: 'un plátano y medio litro de leche desnatada', foods: [{ food: 'Banana', count: 1 }, { food: 'Skim milk' }] },
];

export const frenchMeals: readonly LanguageCase[] = [
  {
    text: 'deux œufs au plat et une tranche de pain complet',
    foods: [
      { food: 'Fried egg', count: 2 },
      { food: 'Whole wheat bread', count: 1, unit: 'slice' },
    ],
  },
  {
    text: '200 g de blanc de poulet avec 150 g de riz',
    foods: [
      { food: 'Grilled chicken breast', grams: 200 },
      { food: 'White rice', grams: 150 },
    ],
  },
  { text: 'une pomme', foods: [{ food: 'Apple', count: 1 }] },
  { text: "2 cuillères à soupe d'huile d'olive", foods: [{ food: 'Olive oil', count: 2, unit: 'tablespoon' }] },
  { text: 'un café noir sans sucre', foods: [{ food: 'Coffee', count: 1 }] },
  {
    text: "un verre de jus d'orange et un croissant",
    foods: [
      { food: 'Orange juice', count: 1, unit: 'glass' },
      { food: 'Croissant', count: 1 },
    ],
  },
  {
    text: 'une demi-baguette avec du beurre et de la confiture',
    foods: [{ food: 'French bread', count: 0.5 }, { food: 'Butter' }, { food: 'Jam' }],
  },
  { text: 'pain au chocolat', foods: [{ food: 'Chocolate croissant' }] },
  { text: '0,5 kg de fraises', foods: [{ food: 'Strawberries', grams: 500 }] },
  {
    text: 'steak haché 150 g, haricots verts 200 g',
    foods: [
      { food: 'Ground beef', grams: 150 },
      { food: 'Green beans', grams: 200 },
    ],
  },
  {
    text: 'yaourt nature avec deux cuillères à café de miel',
    foods: [{ food: 'Plain yogurt' }, { food: 'Honey', count: 2, unit: 'teaspoon' }],
  },
  { text: 'salade verte et vinaigrette', foods: [{ food: 'Lettuce' }, { food: 'Italian dressing' }] },
  { text: 'une boîte de thon', foods: [{ food: 'Canned tuna', count: 1, unit: 'can' }] },
  { text: 'deux boules de glace à la vanille', foods: [{ food: 'Vanilla ice cream', count: 2, unit: 'scoop' }] },
  { text: "une poignée d'amandes", foods: [{ food: 'Almonds', count: 1, unit: 'handful' }] },
  {
    text: 'quiche lorraine et un verre de vin blanc',
    foods: [{ food: 'Quiche' }, { food: 'White wine', count: 1, unit: 'glass' }],
  },
  { text: 'purée de pommes de terre et jambon', foods: [{ food: 'Mashed potatoes' }, { food: 'Ham' }] },
  { text: 'ratatouille', foods: [{ food: 'Ratatouille' }] },
  { text: 'soixante-quinze grammes de pâtes', foods: [{ food: 'Pasta', grams: 75 }] },
  { text: "quatre-vingts grammes de flocons d'avoine", foods: [{ food: 'Raw oats', grams: 80 }] },
  { text: 'une crêpe au sucre', foods: [{ food: 'Crepe', count: 1 }, { food: 'Sugar' }] },
  { text: 'un bol de soupe de légumes', foods: [{ food: 'Vegetable soup', count: 1, unit: 'bowl' }] },
  { text: "une douzaine d'escargots", foods: [{ food: 'Escargots', count: 12 }] },
  { text: 'hamburger et frites, sans ketchup', foods: [{ food: 'Hamburger' }, { food: 'French fries' }] },
  { text: 'deux tranches de saumon fumé', foods: [{ food: 'Smoked salmon', count: 2, unit: 'slice' }] },
  { text: 'mousse au chocolat', foods: [{ food: 'Chocolate mousse' }] },
];
