import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { settingsDocument } from '../../src/config/document';
import { fieldsOf } from '../../src/config/schema';
import { documentedSettings } from '../../src/config/settings';

it('docs/settings.md is what the schema says (if not: npm run settings:doc)', () => {
  expect(readFileSync(path.join(__dirname, '../../docs/settings.md'), 'utf8')).toBe(settingsDocument());
});

it('names every variable once', () => {
  const variables = documentedSettings().map(({ variable }) => variable);
  expect(new Set(variables).size).toBe(variables.length);
  for (const variable of variables) expect(settingsDocument().split(`| \`${variable}\` |`)).toHaveLength(2);
});

it('refuses a setting in two groups, with the names of both', () => {
  const one = { Photos: { maxCount: z.string() }, Meals: { minCount: z.string() } };
  expect(Object.keys(fieldsOf(one))).toEqual(['maxCount', 'minCount']);
  expect(() => fieldsOf({ ...one, Foods: { maxCount: z.number() } })).toThrow(
    'The setting maxCount is in two groups: Photos and Foods.',
  );
});
