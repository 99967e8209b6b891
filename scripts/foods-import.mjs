/**
 * `npm run foods:import -- <folder>`: loads an unpacked CSV download of USDA FoodData Central into the food base; with `--download`
 * it fetches one first.
 * Speaks to MONGODB_URI, or to the MongoDB that `npm start` runs for PALATE_HOME.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { built, ensureBuild } from './checkout/build.mjs';
import { ensureDependencies, root } from './checkout/dependencies.mjs';
import { connectToDatabase } from './database.mjs';
import { Problem, sentence } from './engines/problem.mjs';
import { count, progressLine } from './importing.mjs';
import { printable } from './printable.mjs';

const USAGE = `npm run foods:import -- <folder> [--anyway]
npm run foods:import -- --download survey|foundation|sr [--sha256 <digest>] [--anyway]
The folder is an unpacked CSV download of FoodData Central (survey, Foundation or SR Legacy): the one that holds food.csv.
--download fetches the official one from FDC_SURVEY_DOWNLOAD, FDC_FOUNDATION_DOWNLOAD or FDC_SR_DOWNLOAD; cut off, run it again.
--sha256 takes it only where its SHA-256 is that one.
--anyway imports also what looks damaged or cut off.`;

/** Where each download comes from. */
const addressSettings = { survey: 'fdcSurveyDownload', foundation: 'fdcFoundationDownload', sr: 'fdcSrDownload' };

const say = (line) => console.log(printable(line));
const tell = (line) => console.error(printable(line));
const foods = (number) => `${count(number)} ${number === 1 ? 'food' : 'foods'}`;

const line = progressLine(say);

function onProgress(progress) {
  switch (progress.kind) {
    case 'waiting':
      return line.say(
        `Another import holds the food base; waiting up to ${Math.ceil(progress.ms / 1000)} s, in case it was killed.`,
      );
    case 'reading':
      return line.over(`Reading ${progress.file} …`);
    case 'resuming':
      return line.say(
        `Going on with ${progress.release} where an earlier import ended: ${count(progress.written)} of ${foods(progress.foods)} stand.`,
      );
    case 'writing':
      return line.over(`${progress.release}: ${count(progress.written)} of ${foods(progress.foods)} written`);
  }
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function onFetch(progress) {
  switch (progress.kind) {
    case 'resuming':
      return line.say(`Going on at ${megabytes(progress.bytes)}, where an earlier download ended.`);
    case 'fetching':
      return line.over(
        `Downloading: ${megabytes(progress.bytes)}${progress.of === null ? '' : ` of ${megabytes(progress.of)}`}`,
      );
    case 'retrying':
      return line.say(`Cut off (${progress.reason}); once more in ${progress.ms / 1000} s.`);
  }
}

/** The folder of an official download, fetched and unpacked; `remove` leaves nothing of it. */
async function fetched(kind, sha256) {
  const { parseSetting } = await built('config/settings.js');
  const url = parseSetting(addressSettings[kind], process.env);
  const [{ fetchArchive }, { unpack }, { downloadFiles }] = await Promise.all([
    built('imports/foods/fetchArchive.js'),
    built('imports/foods/zip.js'),
    built('imports/foods/download.js'),
  ]);
  // Beside the other state of this Palate, so that a download that was cut off is found again.
  const downloads = path.join(path.resolve(process.env.PALATE_HOME || path.join(root, '.palate')), 'downloads');
  say(`Downloading ${url}`);
  const archive = await fetchArchive({ url, folder: downloads, sha256, onProgress: throttled(onFetch) });
  line.end();
  say(`Downloaded ${megabytes(archive.bytes)}, SHA-256 ${archive.sha256}.`);
  // Always the same, so that what a run left behind that was killed goes with the next one.
  const folder = path.join(downloads, `unpacked-${kind}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const remove = () => Promise.all([folder, archive.file].map((name) => rm(name, { recursive: true, force: true })));
  try {
    await unpack(archive.file, folder, downloadFiles);
    return { folder, remove };
  } catch (fault) {
    await remove();
    throw fault;
  }
}

/** A chunk is no news: on a terminal ten lines a second, elsewhere one in five seconds. */
function throttled(tellIt) {
  const everyMs = process.stdout.isTTY ? 100 : 5_000;
  let last = 0;
  return (progress) => {
    if (progress.kind === 'fetching' && Date.now() - last < everyMs) return;
    if (progress.kind === 'fetching') last = Date.now();
    tellIt(progress);
  };
}

function tellOf({ releases, faults, otherFoods, withoutFigures, absent, nutrientsBy, ms }) {
  for (const { file, line: at, reason } of faults.first) tell(`${file}, line ${at}: ${reason}`);
  if (faults.count > faults.first.length)
    tell(`… and ${count(faults.count - faults.first.length)} more rows that could not be taken.`);
  for (const { release, foods: number, outcome, before } of releases)
    say(
      {
        written: `${release}: ${foods(number)}, current now${before === null ? '' : ` in the place of ${before}`}.`,
        kept: `${release}: ${foods(number)} of an earlier import, current again${before === null ? '' : ` in the place of ${before}`}.`,
        unchanged: `${release}: ${foods(number)}, current already; nothing to do.`,
      }[outcome],
    );
  const notes = [
    withoutFigures > 0 && `${foods(withoutFigures)} without any figure left out`,
    otherFoods > 0 && `${count(otherFoods)} rows of other kinds of food passed over`,
    faults.count > 0 && `${count(faults.count)} rows could not be taken`,
    absent.length > 0 && `not in the folder: ${absent.join(', ')}`,
    `nutrients named by ${nutrientsBy.numbers > nutrientsBy.ids ? 'number' : 'id'}`,
  ].filter(Boolean);
  say(`${notes.join('; ')}. Done in ${(ms / 1000).toFixed(1)} s.`);
}

function readArguments(given) {
  let read;
  try {
    read = parseArgs({
      args: given,
      allowPositionals: true,
      options: { anyway: { type: 'boolean' }, download: { type: 'string' }, sha256: { type: 'string' } },
    });
  } catch {
    throw new Problem(USAGE);
  }
  const { values, positionals } = read;
  const { download, sha256, anyway = false } = values;
  const fits = download === undefined ? positionals.length === 1 && sha256 === undefined : positionals.length === 0;
  if (!fits || (download !== undefined && !Object.hasOwn(addressSettings, download))) throw new Problem(USAGE);
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw new Problem('--sha256 takes 64 hexadecimal digits.');
  return { folder: positionals[0], download, sha256, anyway };
}

try {
  const { folder, download, sha256, anyway } = readArguments(process.argv.slice(2));
  await ensureDependencies({ env: process.env, say: tell });
  await ensureBuild({ env: process.env, say: tell });
  const { connection, close } = await connectToDatabase(process.env);
  try {
    const [{ createFoodStore }, { importFoods }, { buildIndexes }] = await Promise.all([
      built('store/foods/index.js'),
      built('imports/foods/index.js'),
      built('store/indexes.js'),
    ]);
    const { imports } = createFoodStore(connection);
    // Before the first start nothing has built them, and every query on the rows needs one.
    await buildIndexes(connection);
    const source =
      download === undefined
        ? { folder: path.resolve(folder), remove: () => undefined }
        : await fetched(download, sha256);
    try {
      tellOf(await importFoods({ imports, folder: source.folder, anyway, onProgress }));
    } finally {
      await source.remove();
    }
  } finally {
    line.end();
    await close();
  }
} catch (fault) {
  tell(sentence(fault, 'the checkout'));
  process.exitCode = 1;
}
