/**
 * `npm run foods:table -- <folder>`: writes the rows of data/foods.json that are listed in `scripts/foods/rows/`, with figures and
 * portions of the survey foods in <folder> (an unpacked survey download of FoodData Central).
 *
 * G1  Names are ours and stand in the lists; figures are the survey's and stand nowhere else.
 * G2  A row that no list names stays as it is: the first rows of the table were put together by hand.
 * G3  Nothing is written where a name is claimed twice, a food is not in the survey, or a row does not fit its own figures.
 */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { FoodRow } from '../../src/model/foods';
import { createFoodTable, nameStems } from '../../src/ml/foods';
import { readDownload } from '../../src/imports/foods/download';
import { readList } from './list';
import { rawRowOf } from './rawRow';
import { rowOf } from './row';

const tableFile = path.join(__dirname, '../../data/foods.json');
const listFolder = path.join(__dirname, 'rows');

/** One row a line, so that a change of a row is a change of its line. */
const written = (rows: readonly FoodRow[]): string => `[\n${rows.map((row) => spaced(row)).join(',\n')}\n]\n`;
/** JSON with a space after `:` and `,`. */
const spaced = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(spaced).join(', ')}]`
    : value !== null && typeof value === 'object'
      ? `{${Object.entries(value)
          .map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`)
          .join(', ')}}`
      : JSON.stringify(value);

/** Names that two rows claim: each must be taken from one. */
const claimedTwice = (rows: readonly FoodRow[]): string[] => {
  const claims = new Map<string, string>();
  return rows.flatMap(({ slug, name, aliases }) =>
    [name, ...aliases].flatMap((words) => {
      const stems = nameStems(words).join(' ');
      const other = claims.get(stems);
      claims.set(stems, slug);
      return other === undefined || other === slug ? [] : [`"${words}" names both "${other}" and "${slug}"`];
    }),
  );
};

const generate = async (folder: string | undefined): Promise<void> => {
  if (folder === undefined) throw new Error('Name the unpacked survey download: npm run foods:table -- <folder>');
  const download = await readDownload(folder);
  const survey = new Map((download.foods.get('survey_fndds_food') ?? []).map((food) => [food.fdcId, food]));
  const before = z.array(FoodRow).parse(JSON.parse(await readFile(tableFile, 'utf8')));
  const lists = (await readdir(listFolder)).filter((name) => name.endsWith('.txt')).sort();
  const texts = await Promise.all(lists.map((name) => readFile(path.join(listFolder, name), 'utf8')));
  const listed = lists.flatMap((name, i) => readList(texts[i] ?? '', name));

  const slugs = new Set(listed.map(({ slug }) => slug));
  const taken = new Set(listed.flatMap(({ takes }) => takes.map(({ alias, from }) => `${from}:${alias}`)));
  const kept = before
    .filter(({ slug }) => !slugs.has(slug))
    .map((row) => ({ ...row, aliases: row.aliases.filter((alias) => !taken.has(`${row.slug}:${alias}`)) }));
  const faults: string[] = [];
  const rows = [...kept];
  for (const line of listed) {
    const made = line.raw === null ? rowOf(line, survey) : rawRowOf(line, line.raw, survey);
    if ('fault' in made) faults.push(made.fault);
    else rows.push(made.row);
  }
  faults.push(...claimedTwice(rows));
  if (faults.length > 0) throw new Error(`Nothing is written:\n${faults.join('\n')}`);
  createFoodTable(rows);
  await writeFile(tableFile, written(rows));
  const foods = new Set(rows.flatMap(({ fdcId }) => (fdcId === null ? [] : [fdcId])));
  console.log(`${rows.length} rows, ${foods.size} survey foods.`);
};

generate(process.argv[2]).catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exitCode = 1;
});
