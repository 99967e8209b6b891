import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { documentedSettings } from '../../src/config/settings';

/** Defaults stand on the settings page, which is generated: a page that repeats one goes stale unnoticed. */
const docs = path.join(__dirname, '..', '..', 'docs');
const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter(
  (page) => page.endsWith('.md') && !['settings.md', 'performance.md'].includes(page),
);
const variables = documentedSettings().map(({ variable }) => variable);

test.each(pages)('%s states no default of a setting', (page) => {
  const text = readFileSync(path.join(docs, page), 'utf8');
  const stated = [...text.matchAll(/`([A-Z][A-Z0-9_]+)`[^\n|.]{0,12}?(?:\(\d|, by default)[^\n|]{0,30}/g)];
  expect(stated.filter(([, name]) => variables.includes(name ?? '')).map(([words]) => words)).toEqual([]);
});
