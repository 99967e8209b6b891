import { DoubleServer } from './doubleServer';
import type { Answer, Received } from './doubleServer';

type Row = readonly [
  fdcId: number,
  description: string,
  /** kcal, protein g, fat g, carbohydrate g, fibre g, sugar g, sodium mg; of 100 g. */
  figures: readonly [number, number, number, number, number, number, number],
  defaultG: number | null,
  portions: readonly (readonly [string, number])[],
];

/** Figures of U.S. Department of Agriculture, FoodData Central, survey foods (FNDDS 2021-2023). */
const survey: readonly Row[] = [
  [2709224, 'Banana, raw', [97, 0.74, 0.28, 22.71, 1.7, 15.8, 0], 126, [['1 banana', 126]]],
  [2709215, 'Apple, raw', [61, 0.17, 0.15, 14.8, 2.1, 12.08, 0], 200, [['1 small', 165]]],
  [2706888, 'Cheeseburger, NFS', [296, 17.87, 16.15, 18.71, 0.6, 2.98, 438], 165, [['1 cheeseburger', 165]]],
  [
    2708614,
    'Pizza, cheese, from restaurant or fast food, NS as to type of crust',
    [266, 11.39, 9.69, 33.33, 2.3, 3.58, 540],
    238,
    [['1 piece, NFS', 119]],
  ],
  [2705385, 'Milk, whole', [61, 3.27, 3.2, 4.63, 0, 4.81, 38], 244, [['1 cup', 244]]],
  [2705384, 'Milk, NFS', [52, 3.33, 2.14, 4.83, 0, 4.88, 39], 244, [['1 cup', 244]]],
  [2707152, 'Egg, whole, raw', [143, 12.4, 9.96, 0.96, 0, 0.2, 129], 50, [['1 egg', 50]]],
  [2705722, 'Cheese, Mozzarella, NFS', [296, 23.7, 20.4, 4.44, 0, 1.81, 699], 21, [['1 slice', 21]]],
  [2705709, 'Cheese, Cheddar', [409, 23.3, 34, 2.44, 0, 0.33, 654], 21, [['1 slice', 21]]],
  [2708402, 'Rice, cooked, NFS', [129, 2.67, 0.28, 27.99, 0.4, 0.05, 245], 118, [['1 cup, cooked', 158]]],
  [2708357, 'Pasta, cooked', [157, 5.76, 0.92, 30.68, 1.8, 0.56, 232], 140, [['1 cup, cooked', 140]]],
  [2705853, 'Beef, ground, raw', [213, 18.44, 14.88, 0, 0, 0, 373], 85, [['1 cup', 225]]],
  [2706285, 'Fish, salmon, NFS', [274, 25.4, 18.4, 0.01, 0, 0.01, 294], 140, [['1 large fillet', 210]]],
  [2706437, 'Chicken curry', [107, 6.48, 6.48, 6.54, 1.4, 2.56, 376], 240, [['1 cup', 240]]],
  [2706920, 'Hamburger, NFS', [288, 17.51, 14.38, 20.68, 0.7, 3, 355], 145, [['1 hamburger', 145]]],
  [2707598, 'Bread, white', [267, 9.43, 3.59, 49.2, 2.3, 5.34, 450], 28, [['1 medium or regular slice', 28]]],
  [2707626, 'Garlic bread, NFS', [349, 8.34, 16.58, 41.64, 2.5, 3.68, 620], 79, [['1 medium slice', 79]]],
  [2707995, 'Pie, apple', [296, 2.7, 15.28, 37.55, 1.8, 15.92, 217], 150, [['1 regular slice', 150]]],
  [2709456, 'Potato, french fries, NFS', [225, 2.5, 14.07, 23.23, 1.8, 0.34, 295], 110, [['1 shoestring', 2]]],
  [2709591, 'Caesar salad, with romaine, no dressing', [77, 4, 3.41, 7.49, 1.8, 1.23, 238], 79, [['1 cup', 79]]],
  [2709719, 'Tomatoes, raw', [20, 0.82, 0.31, 4.04, 1.2, 2.63, 4], 90, [['1 slice', 20]]],
  [2709780, 'Basil, raw', [23, 3.15, 0.64, 2.65, 1.6, 0.3, 4], 3, [['1 leaf', 0.5]]],
  [2709795, 'Onions, raw', [38, 0.86, 0.08, 8.46, 1.7, 5.8, 1], 15, [['1 slice', 15]]],
  [2710154, 'Butter, NFS', [743, 0.85, 82.2, 0.06, 0, 0.58, 524], 14, [['1 tablespoon', 14]]],
  [2710186, 'Olive oil', [900, 0, 100, 0, 0, 0, 2], 14, [['1 tablespoon', 14]]],
  [2710257, 'Sugar, NFS', [401, 0, 0.32, 99.6, 0, 99.8, 1], 8, [['1 teaspoon', 4.2]]],
];

/** Foods that do not exist: no table of ours has them. */
const invented: readonly Row[] = [
  [2_100_001, 'Drumbleroot, raw', [40, 1, 0.2, 9, 2, 4, 30], 80, [['1 cup', 130]]],
  [2_100_002, 'Quibblefish, cooked', [150, 22, 6, 0, 0, 0, 90], 120, [['1 fillet', 120]]],
];

/** Products that do not exist, under numbers with valid check digits. The second was sold under another name before. */
const branded = [
  {
    fdcId: 2_000_101,
    description: 'CRUNCHY OAT BAR',
    brandOwner: 'Example Foods Inc.',
    brandName: 'EXAMPLE',
    gtinUpc: '012345678905',
    publishedDate: '2024-02-22',
    figures: [471, 8.2, 17.6, 64.7, 5.9, 25.9, 294],
    serving: [42, '2 bars'],
  },
  {
    fdcId: 2_000_102,
    description: 'TOMATO SOUP, OLD RECIPE',
    brandOwner: 'Example Foods Inc.',
    brandName: '',
    gtinUpc: '04006381333931',
    publishedDate: '2019-04-01',
    figures: [50, 1, 1, 9, 1, 6, 300],
    serving: [122, '1/2 cup'],
  },
  {
    fdcId: 2_000_103,
    description: 'TOMATO SOUP',
    brandOwner: 'Example Foods Inc.',
    brandName: '',
    gtinUpc: '04006381333931',
    publishedDate: '2024-10-31',
    figures: [45, 1, 0.5, 9, 1, 6, 250],
    serving: [122, '1/2 cup'],
  },
  {
    fdcId: 2_000_104,
    description: 'RICE WAFERS',
    brandOwner: 'Example Foods Inc.',
    brandName: '',
    gtinUpc: '036000291452',
    publishedDate: '2024-10-31',
    figures: [380, 8, 3, 80, 3, 1, 20],
    serving: [9, '1 wafer'],
  },
] as const;

const nutrients = [
  [1008, '208', 'KCAL', 'Energy'],
  [1003, '203', 'G', 'Protein'],
  [1004, '204', 'G', 'Total lipid (fat)'],
  [1005, '205', 'G', 'Carbohydrate, by difference'],
  [1079, '291', 'G', 'Fiber, total dietary'],
  [2000, '269', 'G', 'Total Sugars'],
  [1093, '307', 'MG', 'Sodium, Na'],
] as const;

/** A food as `foods/search` writes it; tests add their own. */
export interface FdcFood extends Record<string, unknown> {
  fdcId: number;
  description: string;
  dataType: string;
}

const surveyFood = ([fdcId, description, figures, defaultG, portions]: Row): FdcFood => ({
  fdcId,
  description,
  dataType: 'Survey (FNDDS)',
  foodNutrients: nutrients.map(([nutrientId, nutrientNumber, unitName, nutrientName], at) => ({
    nutrientId,
    nutrientName,
    nutrientNumber,
    unitName,
    value: figures[at],
  })),
  foodMeasures: [
    ...portions.map(([disseminationText, gramWeight], at) => ({ disseminationText, gramWeight, rank: at + 1 })),
    ...(defaultG === null
      ? []
      : [
          {
            disseminationText: 'Quantity not specified',
            gramWeight: defaultG,
            rank: portions.length + 1,
            modifier: '90000',
          },
        ]),
  ],
});

const product = ({ figures, serving, ...rest }: (typeof branded)[number]): FdcFood => ({
  ...rest,
  dataType: 'Branded',
  foodNutrients: nutrients.map(([nutrientId, nutrientNumber, unitName, nutrientName], at) => ({
    nutrientId,
    nutrientName,
    nutrientNumber,
    unitName,
    value: figures[at],
  })),
  servingSize: serving[0],
  servingSizeUnit: 'GRM',
  householdServingFullText: serving[1],
});

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z]+/g) ?? [];

/** Speaks `POST /fdc/v1/foods/search` over a small set of foods. Any word of the query finds a food; most words first. */
export class FooddataDouble extends DoubleServer {
  private own: FdcFood[] = [];
  private key: string | null = null;

  /** Address for `FDC_BASE_URL`. */
  get baseUrl(): string {
    return `${this.url}/fdc/v1`;
  }

  /** Adds foods before its own. */
  adds(...foods: FdcFood[]): this {
    this.own.push(...foods);
    return this;
  }

  /** Refuses every other key with 403. */
  wantsKey(key: string | null): this {
    this.key = key;
    return this;
  }

  override reset(): this {
    super.reset();
    this.own = [];
    return this.wantsKey(null);
  }

  /** What it was asked, oldest first. */
  get queries(): Record<string, unknown>[] {
    return this.received.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  }

  protected answer({ method, path, headers, body }: Received): Answer {
    const refuse = (status: number, code: string) => ({
      status,
      body: JSON.stringify({ error: { code, message: code } }),
    });
    if (method !== 'POST' || path !== '/fdc/v1/foods/search') return refuse(404, 'NOT_FOUND');
    if (headers['x-api-key'] === undefined) return refuse(403, 'API_KEY_MISSING');
    if (this.key !== null && headers['x-api-key'] !== this.key) return refuse(403, 'API_KEY_INVALID');
    const { query, dataType, pageSize = 50, brandOwner } = JSON.parse(body.toString()) as Record<string, unknown>;
    if (typeof query !== 'string' || !Array.isArray(dataType)) return refuse(400, 'BAD_REQUEST');
    const wanted = wordsOf(query).map((word) => word.replace(/s$/, ''));
    const codes = query.split(' ');
    const hits = [...this.own, ...[...survey, ...invented].map(surveyFood), ...branded.map(product)]
      .filter(
        (food) => dataType.includes(food.dataType) && (brandOwner === undefined || food.brandOwner === brandOwner),
      )
      .map((food) => ({
        food,
        found:
          wanted.filter((word) => wordsOf(food.description).some((other) => other.replace(/s$/, '') === word)).length +
          (codes.includes(String(food.gtinUpc)) ? 1 : 0),
      }))
      .filter(({ found }) => found > 0)
      .sort((a, b) => b.found - a.found);
    const foods = hits.slice(0, Number(pageSize)).map(({ food, found }) => ({ ...food, score: found * 100 }));
    return { status: 200, body: JSON.stringify({ totalHits: hits.length, currentPage: 1, totalPages: 1, foods }) };
  }
}
