/** `npm run recommend` as the program that it is: what it prints, writes and refuses. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { dishesCsv, tasteCsv } from '../imports/recommend/tastes';
import { evaluate, program } from './programs';

let folder: string;
let at: (name: string) => string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'palate-recommend-'));
  at = (name) => path.join(folder, name);
  await writeFile(at('a.csv'), tasteCsv());
  await writeFile(at('b.csv'), dishesCsv);
  await writeFile(at('empty.csv'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Its exit code and what it printed; the building of `dist/`, where that was due, left out. */
async function recommend(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; text: string }> {
  const { ended, output } = program('scripts/recommend.mjs', { ...process.env, ...env }, args);
  const code = await ended;
  return { code, text: output().replace(/^Building.*\n/gm, '') };
}
const files = () => ['--interactions', at('a.csv'), '--items', at('b.csv')];
const refused = async (args: string[], sentence: string | RegExp, env: NodeJS.ProcessEnv = {}) => {
  const { code, text } = await recommend(args, env);
  expect(text).toMatch(sentence);
  expect(text).not.toMatch(/\n\s+at |undefined|\[object/);
  expect(code).toBe(1);
};

it('reads, and writes what was read as one file', async () => {
  const { code, text } = await recommend(['read', ...files(), '--out', at('dataset')]);
  expect(text).toContain('b.csv: 80 rows read, 80 kept, 0 left out.');
  expect(text).toMatch(/120 users, 80 items, [\d,]+ pairs of them; read in /);
  expect(code).toBe(0);
  expect((await readFile(at('dataset'))).length).toBeGreaterThan(10_000);
});

it('trains, replays what was recorded to the same report, and judges and explains by it', async () => {
  const trained = await recommend(['train', ...files(), '--budget', '0', '--seed', '5', '--report', at('first.json')]);
  expect(trained.text).toContain('Ratings differ: presence and weight are both candidates.');
  expect(trained.text).toContain('Served: ease (regularisation 400, kept 1000) by presence. It ranks better than popularity.'); // prettier-ignore
  expect(trained.text).toContain(`Report written to ${at('first.json')}.`);
  expect(trained.code).toBe(0);

  const replayed = await recommend(['train', ...files(), '--replay', at('first.json'), '--report', at('again.json')]);
  expect(replayed.text).toContain('The replay ended at the result of the report.');
  expect(await readFile(at('again.json'), 'utf8')).toBe(await readFile(at('first.json'), 'utf8'));

  const champion = ['--champion', at('first.json')];
  const second = await recommend(['train', ...files(), '--budget', '0', '--rating-use', 'threshold=2', ...champion]);
  expect(second.text).toMatch(/Ratings of 2 or above count, all alike\. \d+ interactions are left out/);
  expect(second.text).toContain('\nchampion: nDCG@10 0.');

  const judged = await recommend(['evaluate', ...files(), ...champion, '--seed', '5']);
  const figures = /\nchallenger: (.*)\n/.exec(trained.text)![1]!;
  expect(judged.text).toContain(`\nmodel: ${figures}\n`);
  expect(judged.text).toContain('\npopularity: nDCG@10 0.');
  expect(judged.code).toBe(0);

  const explained = await recommend(['explain', ...files(), ...champion, '--user', 'u5']);
  expect(explained.text).toMatch(/^10\. Dish \d+ \(i\d+\): /m);
  expect(explained.text).toMatch(/^ {4}because of Dish \d+ \(i\d+\), 0\.\d+ less without it/m);
  expect(explained.code).toBe(0);
});

it('serves popularity below the minimum of the setting, and content where something is known of the items', async () => {
  const setting = { MIN_TRAINING_SAMPLES: '5000' };
  const why = 'Nothing was learnt, as there are too few interactions.';
  const { text } = await recommend(['train', '--interactions', at('a.csv'), '--budget', '0'], setting);
  expect(text).toContain(`Served: popularity. ${why}`);
  const { text: described } = await recommend(['train', ...files(), '--budget', '0'], setting);
  expect(described).toContain(`by presence, which compares items by what is known of them. ${why}`);
});

describe('refuses, in a sentence and before long work,', () => {
  it.each<[string, () => string[], string | RegExp]>([
    ['no verb', () => [], /^npm run recommend -- read/],
    ['another verb', () => ['guess', ...files()], /^npm run recommend -- read/],
    ['an option that nothing has', () => ['read', ...files(), '--colour', 'red'], "Unknown option '--colour'"],
    ['an option of another verb', () => ['read', ...files(), '--budget', '3'], '--budget is no option of read.'],
    ['an option without a value', () => ['train', ...files(), '--budget'], "'--budget <value>' argument missing"],
    ['an empty value', () => ['explain', ...files(), '--user', ''], '--user is empty.'],
    ['no file', () => ['read'], 'Name a file with --interactions, with --items, or both.'],
    ['training on items alone', () => ['train', '--items', at('b.csv')], /^Name a file with --interactions\.\n/],
    ['a budget in words', () => ['train', ...files(), '--budget', 'long'], '--budget long: write a whole number'],
    ['a seed below 0', () => ['train', ...files(), '--seed=-1'], '--seed -1: write a whole number'],
    ['an unknown use', () => ['train', ...files(), '--rating-use', 'mood'], '--rating-use mood: write presence, weight'],
    ['a threshold in words', () => ['train', ...files(), '--rating-use', 'threshold=3,5'], 'threshold=3.5 with a plain'],
    ['a field that is none', () => ['read', ...files(), '--columns', 'who=User'], '--columns who=User: write a field'],
    ['two models', () => ['evaluate', ...files(), '--model', 'ease', '--champion', 'x'], 'Leave out --model or --champion'],
    ['an unknown model', () => ['evaluate', ...files(), '--model', 'magic'], '--model magic: models are popularity, itemKnn'],
    ['a list for nobody', () => ['explain', ...files()], 'Say whom the list is for, with --user or --items-chosen.'],
    ['a list for two', () => ['explain', ...files(), '--user', 'u1', '--items-chosen', 'i1'], 'Leave out --user or --items-chosen'],
    ['a replay with a seed', () => ['train', ...files(), '--replay', 'x', '--seed', '3'], 'Leave out --seed or --replay'],
    ['a report over a file that is read', () => ['train', ...files(), '--report', at('a.csv')], 'is one of the files that are read'],
    ['a report without a folder', () => ['train', ...files(), '--report', at('none/r.json')], /cannot be written: there is no folder/],
    ['a report that is a folder', () => ['train', ...files(), '--report', folder], 'is a folder: name a file.'],
    ['a report in place of a device', () => ['train', ...files(), '--report', '/dev/full'], 'is no ordinary file'],
    ['a champion that is not there', () => ['train', ...files(), '--champion', at('none.json')], 'none.json is no file: name a report'],
    ['a champion that is a table', () => ['evaluate', ...files(), '--champion', at('a.csv')], 'a.csv is no JSON'],
    ['a file that is not there', () => ['train', '--interactions', at('none.csv')], 'none.csv is no file that can be read'],
    ['an empty file', () => ['evaluate', '--interactions', at('empty.csv')], 'empty.csv is empty'],
    ['an unknown user', () => ['explain', ...files(), '--user', 'u999'], 'There is no user u999 in the file of interactions.'],
    ['an unknown item', () => ['explain', ...files(), '--items-chosen', 'i1,zz'], 'There is no item zz in the files.'],
    ['no rating that counts', () => ['train', ...files(), '--rating-use', 'threshold=9'], 'a rating of 9 or above'],
  ])('%s', (_, args, sentence) => refused(args(), sentence)); // prettier-ignore

  it('a setting that is no number', () => refused(['train', ...files()], 'MIN_TRAINING_SAMPLES few: write a whole number', { MIN_TRAINING_SAMPLES: 'few' })); // prettier-ignore
});

describe('leaves nothing half-written:', () => {
  const beside = async () => (await readdir(folder)).filter((name) => name.includes('.part'));
  beforeEach(() => writeFile(at('kept.json'), 'as it was'));

  it('a file stays as it was where there is nothing to write', async () => {
    await refused(['train', '--interactions', at('empty.csv'), '--report', at('kept.json')], 'empty.csv is empty');
    expect(await readFile(at('kept.json'), 'utf8')).toBe('as it was');
    expect(await beside()).toEqual([]);
  });

  it('and where writing ends in the middle', async () => {
    const fault = await evaluate(`
      import { writeOutput } from './scripts/recommend/outputFile.mjs';
      const chunks = function* () {
        yield Buffer.alloc(1e6);
        throw new Error('the disk is full');
      };
      answer(await writeOutput(${JSON.stringify(at('kept.json'))}, chunks()).catch((fault) => fault.message));`);
    expect(fault).toBe('the disk is full');
    expect(await readFile(at('kept.json'), 'utf8')).toBe('as it was');
    expect(await beside()).toEqual([]);
  });
});
