import mongoose from 'mongoose';
import type { Food } from '../../../src/model/foods';
import { createFooddataStore } from '../../../src/store/fooddata';
import { freshDatabaseUri } from '../engines';

const dayMs = 86_400_000;
const banana: Food = {
  key: 'fdc:2709224',
  name: 'Banana, raw',
  fdcId: 2709224,
  per100G: { kcal: 97, proteinG: 0.74, fatG: 0.28, carbohydrateG: 22.71, fibreG: 1.7, sugarG: null, sodiumMg: 0 },
  portions: [],
  defaultPortionG: 126,
};

let connection: mongoose.Connection;
let now = new Date('2025-03-01T12:00:00Z');
const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};
beforeAll(async () => {
  connection = await mongoose.createConnection(freshDatabaseUri('food answers')).asPromise();
});
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
});

test('a food is known for 30 days, that nothing fits for one, and null stays null', async () => {
  const answers = createFooddataStore(connection, () => now);
  expect(await answers.find('banana')).toBeUndefined();
  await answers.keep('banana', banana);
  await answers.keep('kvass', null);
  expect(await answers.find('banana')).toEqual(banana);
  expect(await answers.find('kvass')).toBeNull();
  later(dayMs);
  expect(await answers.find('kvass')).toBeUndefined();
  await answers.keep('kvass', { ...banana, name: 'Kvass', portions: [{ description: '1 cup', grams: 240 }] });
  expect(await answers.find('kvass')).toMatchObject({ name: 'Kvass' });
  later(29 * dayMs - 1);
  expect(await answers.find('banana')).toEqual(banana);
  later(1);
  expect(await answers.find('banana')).toBeUndefined();
});

test('a row that no longer is a food is asked anew', async () => {
  const answers = createFooddataStore(connection, () => now);
  await answers.keep('odd', banana);
  await connection
    .collection<{ _id: string }>('food_answers')
    .updateOne({ _id: 'odd' }, { $set: { food: { name: 1 } } });
  expect(await answers.find('odd')).toBeUndefined();
});

test('MongoDB removes what has expired', async () => {
  createFooddataStore(connection);
  await connection.model('FoodAnswer').createIndexes();
  const indexes = await connection.collection('food_answers').indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
});
