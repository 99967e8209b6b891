import { readFileSync } from 'node:fs';
import path from 'node:path';
import { settingsDocument } from '../../src/config/document';
import { documentedSettings } from '../../src/config/settings';

it('docs/settings.md is what the schema says (if not: npm run settings:doc)', () => {
  expect(readFileSync(path.join(__dirname, '../../docs/settings.md'), 'utf8')).toBe(settingsDocument());
});

it('names every variable once', () => {
  const variables = documentedSettings().map(({ variable }) => variable);
  expect(new Set(variables).size).toBe(variables.length);
  for (const variable of variables) expect(settingsDocument().split(`| \`${variable}\` |`)).toHaveLength(2);
});
