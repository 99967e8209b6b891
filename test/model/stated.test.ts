import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { z } from 'zod';
import { createSchemas } from '../../src/api/openapiSchemas';
import { applianceNames, applianceOf } from '../../src/model/appliances';
import { MealChange } from '../../src/model/meals';
import { FeedbackBody } from '../../src/api/dialects/smartbite/feedback';
import { NewPlanBody } from '../../src/api/dialects/smartbite/plans';
import { ProfileBody, RegisterBody } from '../../src/api/dialects/macromind/profile';
import { SignupBody } from '../../src/api/dialects/smartbite/profile';
import { OwnFoodIn } from '../../src/api/foods/own';
import { MealTime, StatedTimeText } from '../../src/api/photos/mealTime';
import { DayRange } from '../../src/api/photos/range';
import {
  exactlyOne,
  notBoth,
  notEmpty,
  onlyBeside,
  orBlank,
  orEmpty,
  someNumberOf,
  someTextOf,
} from '../../src/model/stated';

/** Whether the document takes a value, and whether validation does: where one of them alone knows a rule, they differ. */
const verdicts = (schema: z.ZodType, value: unknown) => {
  const takes = compiled.get(schema) ?? compile(schema);
  compiled.set(schema, takes);
  return { document: takes(value), validation: schema.safeParse(value).success };
};
const compiled = new Map<z.ZodType, ValidateFunction>();
const compile = (schema: z.ZodType): ValidateFunction => {
  const schemas = createSchemas();
  const stated = schemas.refer(schema);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'document', components: { schemas: schemas.components() } });
  const text = JSON.stringify(stated).replaceAll('"#/components', '"document#/components');
  return ajv.compile(JSON.parse(text) as object);
};
const both = (taken: boolean) => ({ document: taken, validation: taken });

const optional = z.number().nullish();
const three = z.strictObject({ a: optional, b: optional, c: optional });
const texts = z.strictObject({ a: z.string().trim().nullish(), b: z.string().nullish() });
const meal = { mealType: 'lunch', meal: '6b0183675f84da8664a96799' };
const subject = { mealId: meal.meal };
const figures = { calories: 100 };
const account = { email: 'ada@example.com', password: 'Correct-horse-1' };

describe.each<[string, z.ZodType, readonly (readonly [unknown, boolean])[]]>([
  [
    'notBoth',
    notBoth(three, ['a', 'b'], 'both'),
    [
      [{}, true],
      [{ a: 1 }, true],
      [{ a: 1, b: null }, false],
    ],
  ],
  [
    'exactlyOne',
    exactlyOne(three, ['a', 'b'], 'one'),
    [
      [{}, false],
      [{ c: 1 }, false],
      [{ a: 1 }, true],
      [{ a: 1, b: 1 }, false],
    ],
  ],
  [
    'onlyBeside',
    onlyBeside(three, ['a', 'b'], 'c', 'beside'),
    [
      [{}, true],
      [{ c: 1 }, true],
      [{ b: 1, c: 1 }, true],
      [{ a: 1 }, false],
      [{ b: 1 }, false],
    ],
  ],
  [
    'notEmpty',
    notEmpty(three, 'empty'),
    [
      [{}, false],
      [{ c: null }, true],
    ],
  ],
  [
    'two rules at once',
    notBoth(notEmpty(three, 'empty'), ['a', 'b'], 'both'),
    [
      [{}, false],
      [{ a: 1 }, true],
      [{ a: 1, b: 1 }, false],
    ],
  ],
  [
    'someTextOf',
    someTextOf(texts, ['a', 'b'], 'none'),
    [
      [{}, false],
      [{ a: null }, false],
      [{ a: ' ' }, false],
      [{ a: '', b: 'x' }, true],
      [{ a: 'x', b: null }, true],
    ],
  ],
  [
    'someNumberOf',
    someNumberOf(three, ['a', 'b'], 'none'),
    [
      [{ a: null }, false],
      [{ c: 1 }, false],
      [{ b: 0 }, true],
    ],
  ],
  [
    'orEmpty',
    z.object({ a: orEmpty(z.string().min(2)) }),
    [
      [{ a: '' }, true],
      [{ a: null }, true],
      [{}, true],
      [{ a: 'x' }, false],
    ],
  ],
  [
    'orBlank',
    z.object({ a: orBlank(z.number()) }),
    [
      [{ a: '' }, true],
      [{}, true],
      [{ a: 'x' }, false],
    ],
  ],
  [
    'a text whose characters take two units of UTF-16',
    z.string().max(3),
    [
      ['🍕🍕🍕', true],
      ['🍕🍕🍕🍕', false],
    ],
  ],
  [
    'a text without blanks at its ends',
    z.string().trim().min(1).max(3),
    [
      ['a b', true],
      ['', false],
      [' ', false],
      ['\n\u00a0', false],
      ['abcd', false],
    ],
  ],
  [
    'a date or date-time',
    StatedTimeText,
    [
      ['2026-03-01', true],
      ['2024-02-29', true],
      ['2026-02-29', false],
      ['2000-02-29', true],
      ['2100-02-29', false],
      ['2100-02-28', true],
      ['2026-13-01', false],
      ['2026-03-01T24:00Z', true],
      ['2026-03-01T24:01Z', false],
      ['2026-03-01 12:30', true],
      ['2026-03-01T12:30:00.123456789+0530', true],
      ['2026-03-01T12:60Z', false],
      ['2026-03-01T12:30+24:00', false],
      ['now', false],
    ],
  ],
  [
    'when a meal was eaten',
    MealTime(() => new Date('2026-03-02T00:00:00Z')),
    [
      ['2026-03-01T12:30:00Z', true],
      ['1900-01-01', true],
      ['1899-12-31', false],
      ['0026-03-01', false],
    ],
  ],
  [
    'a range of days',
    DayRange,
    [
      [{ from: '2026-03-01' }, true],
      [{ from: '2026-02-30' }, false],
      [{ from: '' }, false],
    ],
  ],
  [
    'a plan',
    NewPlanBody,
    [
      [{ weekStartDate: '2026-03-02', days: [{ day: 'monday', meals: [meal] }] }, true],
      [
        {
          weekStartDate: '2026-03-02',
          days: [
            { day: 'monday', meals: [] },
            { day: 'monday', meals: [meal] },
          ],
        },
        false,
      ],
      [{ weekStartDate: '1899-03-02', days: [{ day: 'monday', meals: [meal] }] }, false],
      [{ weekStartDate: '2026-03-02', days: [] }, false],
      [{ weekStartDate: '2199-12-31', days: [{ day: 'monday', meals: [] }] }, true],
      [{ weekStartDate: '2200-01-01', days: [{ day: 'monday', meals: [] }] }, false],
      [{ weekStartDate: '2100-02-29', days: [{ day: 'monday', meals: [] }] }, false],
    ],
  ],
  [
    'feedback',
    FeedbackBody,
    [
      [{ type: 'liked' }, false],
      [{ type: 'liked', mealId: null }, false],
      [{ type: 'liked', ...subject }, true],
      [{ type: 'meal_rating', ...subject }, false],
      [{ type: 'meal_rating', rating: null, ...subject }, false],
      [{ type: 'meal_rating', rating: 5, ...subject }, true],
    ],
  ],
  [
    'a food of one’s own',
    OwnFoodIn,
    [
      [{ name: 'Soup' }, false],
      [{ name: 'Soup', per_100g: {} }, false],
      [{ name: 'Soup', per_100g: figures }, true],
      [{ name: 'Soup', per_100g: figures, serving: { grams: 1, figures } }, false],
      [{ name: 'Soup', per_100g: figures, servings: 2 }, false],
      [{ name: 'Soup', ingredients: [{ text: 'two eggs' }], servings: 2 }, true],
    ],
  ],
  [
    'a meal',
    MealChange,
    [
      [{ name: 'Soup' }, true],
      [{ name: ' ' }, false],
      [{ name: 'Soup\u0007' }, false],
      [{ name: 'x'.repeat(201) }, false],
      [{ appliances: { hasAirFryer: true } }, true],
      [{ appliances: ['oven', 'gas_stove'] }, true],
      [{ appliances: ['toaster'] }, false],
      [{ appliances: { toaster: true } }, false],
    ],
  ],
  [
    'an account of MacroMind',
    RegisterBody,
    [
      [{ ...account, full_name: '', time_zone: '', fitness_goal: '' }, true],
      [{ ...account, full_name: '\u200bAda' }, false],
      [{ ...account, email: 'a\u0007@example.com' }, false],
      [{ ...account, password: 'Aa1'.repeat(25) }, false],
      [{ ...account, password: 'correct-horse' }, false],
      [{ ...account, fitness_goal: 'cut', dietary_preference: 'none' }, true],
      [{ ...account, fitness_goal: 'win' }, false],
      [{ ...account, time_zone: 'Europe/Berlin' }, true],
      [{ ...account, time_zone: 'Europe/Atlantis' }, false],
    ],
  ],
  [
    'a profile of MacroMind',
    ProfileBody,
    [
      [{ daily_calories: '', full_name: '' }, true],
      [{ daily_calories: 499 }, false],
      [{ daily_calories: ' ' }, false],
      [{ daily_calories: 2000, activity_level: null }, true],
    ],
  ],
  [
    'an account of SmartBite',
    SignupBody,
    [
      [{ ...account, username: 'ada', profile: { goal: 'fat_loss', dietaryPreferences: ['vegan'] } }, true],
      [{ ...account, username: 'ada\u200d' }, false],
      [{ ...account, profile: { dietaryPreferences: ['none at all'] } }, false],
    ],
  ],
])('%s', (_name, schema, cases) => {
  it.each(cases)('%j: %s, in the document as in validation', (value, taken) => {
    expect(verdicts(schema, value)).toEqual(both(taken));
  });
});

/** Of these the document is the stricter one: what it takes is taken, and other spellings besides. */
it.each([
  [RegisterBody, { ...account, dietary_preference: 'Gluten-free' }],
  [RegisterBody, { ...account, time_zone: 'US/Pacific' }],
  [ProfileBody, { daily_calories: '2000' }],
  [MealChange, { appliances: ['Air fryer'] }],
  [z.string().trim().max(3), ' abc '],
])('validation is lenient where the document names one spelling: %#', (schema, value) => {
  expect(verdicts(schema, value)).toEqual({ document: false, validation: true });
});

it('the names of appliances that the document states are all known', () => {
  expect(applianceNames.filter((name) => applianceOf(name) === undefined)).toEqual([]);
});

/** Which no schema can say. */
it.each([['bytes of UTF-8', RegisterBody, { ...account, password: `${'ä'.repeat(37)}A1` }]])(
  'validation alone knows a length in %s',
  (_of, schema, value) => {
    expect(verdicts(schema, value)).toEqual({ document: true, validation: false });
  },
);

it('no text of a schema takes a NUL', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const texts = [OwnFoodIn, NewPlanBody, FeedbackBody, SignupBody, RegisterBody, MealChange].flatMap((schema) =>
    textsOf(createSchemas().refer(schema)),
  );
  expect(texts.length).toBeGreaterThan(20);
  expect(texts.filter((text) => ajv.validate(text, 'aA1\u0000aaaaaaaa'))).toEqual([]);
});

/** Every schema of a text within. */
function textsOf(schema: unknown): object[] {
  if (typeof schema !== 'object' || schema === null) return [];
  // `allOf` narrows what the schema beside it says.
  const inner = Object.entries(schema).flatMap(([key, part]) => (key === 'allOf' ? [] : textsOf(part)));
  return 'type' in schema && schema.type === 'string' ? [schema, ...inner] : inner;
}
