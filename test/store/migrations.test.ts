import { readdirSync } from 'node:fs';
import path from 'node:path';
import { migrations } from '../../src/store/migrations/all';

/** Numbers and names are in ledgers of databases: what is wrong here cannot be mended once it was out. */
const files = readdirSync(path.join(__dirname, '../../src/store/migrations'))
  .map((file) => /^(\d{4})-(.+)\.ts$/.exec(file))
  .filter((match) => match !== null)
  .map(([, number, name]) => ({ number: Number(number), name }));
const inOrder = files.sort((one, other) => one.number - other.number);

it('lists every file of a migration, under its number and name, in their order', () => {
  expect(migrations.map(({ number, name }) => ({ number, name }))).toEqual(inOrder);
});

it('counts migrations from 1, without gaps, and no number twice', () => {
  expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1));
});
