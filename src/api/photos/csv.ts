import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { unknownNutrients } from '../../ml/foods';
import { clockOf } from '../../ml/zones';
import type { Id } from '../../model/ids';
import { isIncomplete } from '../../model/photos';
import type { LogLine, LogRange } from '../../store/photos';
import { facts, round } from '../foods/figures';
import { file, type Limit, type Route } from '../route';
import { byteOrderMark, csvLine, type Cell } from './csvCells';
import type { PhotoDeps } from './deps';
import { timeZoneOf } from './mealTime';
import { kcalRangeOf } from './present';
import { oneRange, rangeFields, rangeOf } from './range';

/** The log as a table to take along, page by page: neither its length nor a slow client is in memory. */
const pageRows = 500;
/** Written in one go; other requests get their turn between two of these, also while the client takes everything at once. */
const batchChars = 65_536;
/** A whole log is thousands of times the work of a page. */
const limit: Limit = { name: 'csv', max: 20, windowMs: 60_000, by: 'account' };

const distinct = (values: readonly (string | number | null)[]): string =>
  [...new Set(values.filter((value) => value !== null))].join(' ');

/** Columns in order: names carry units, figures are those that the entry shows. */
const columns: readonly (readonly [string, (line: LogLine, shown: Shown) => Cell])[] = [
  ['id', ({ id }) => id],
  ['date', (_line, { clock }) => clock.day],
  ['time', (_line, { clock }) => clock.time],
  ['time_zone', (_line, { timeZone }) => timeZone],
  ['food', ({ analysis }) => analysis?.food ?? null],
  ['grams', ({ analysis }) => (analysis && analysis.portion.grams > 0 ? round(analysis.portion.grams) : null)],
  ['kcal', (_line, { figures }) => figures.calories],
  ['kcal_low', ({ analysis }) => kcalRangeOf(analysis)?.low ?? null],
  ['kcal_high', ({ analysis }) => kcalRangeOf(analysis)?.high ?? null],
  ['protein_g', (_line, { figures }) => figures.proteins],
  ['fat_g', (_line, { figures }) => figures.fats],
  ['carbohydrate_g', (_line, { figures }) => figures.carbohydrates],
  ['fibre_g', (_line, { figures }) => figures.fiber],
  ['sugar_g', (_line, { figures }) => figures.sugar],
  ['sodium_mg', (_line, { figures }) => figures.sodium_mg],
  ['named_by', ({ analysis }) => analysis?.inferenceSource ?? null],
  ['portion_source', ({ analysis }) => (analysis && analysis.portion.grams > 0 ? analysis.portion.source : null)],
  ['sources', ({ analysis }) => analysis && distinct(analysis.provenance.map(({ source }) => source))],
  ['fdc_ids', ({ analysis }) => analysis && distinct(analysis.provenance.map(({ fdcId }) => fdcId))],
  ['estimated', ({ analysis }) => analysis?.estimated ?? null],
  ['provisional', ({ analysis }) => analysis && (analysis.provisional ?? false)],
  ['corrected', ({ correctedAt }) => correctedAt !== null],
  ['favourite', ({ favouriteAt }) => favouriteAt !== null],
  ['caption', ({ caption }) => caption],
  // Sums leave such an entry out until its owner has said whether it is another meal; a table that is added up must be able to.
  ['duplicate_of', ({ duplicateOf }) => duplicateOf],
  ['incomplete', ({ analysis }) => analysis && isIncomplete(analysis)],
  ['unrecognized', ({ analysis }) => analysis?.unrecognized?.map(({ text }) => text).join('; ') ?? null],
];
interface Shown {
  readonly timeZone: string;
  readonly clock: ReturnType<typeof clockOf>;
  readonly figures: ReturnType<typeof facts>;
}

export const logHeader = csvLine(columns.map(([name]) => name));
export const logLine = (line: LogLine, timeZone: string): string => {
  const shown: Shown = {
    timeZone,
    clock: clockOf(line.consumedAt, timeZone),
    figures: facts(line.analysis?.totals ?? unknownNutrients),
  };
  return csvLine(columns.map(([, cell]) => cell(line, shown)));
};

/** The table, a page at a time. The first page is read before anything is sent: a database that is away is an answer, not half a file. */
async function tableOf({ store }: PhotoDeps, ownerId: Id, range: LogRange, timeZone: string): Promise<Readable> {
  const read = (last: LogLine | undefined) => store.photos.listLines(ownerId, pageRows, last ?? null, range);
  const first = await read(undefined);
  const text = async function* () {
    yield byteOrderMark + logHeader;
    for (let page = first; page.length > 0; page = await read(page.at(-1))) {
      let batch = '';
      for (const line of page) {
        batch += logLine(line, timeZone);
        if (batch.length < batchChars) continue;
        yield batch;
        batch = '';
        await setImmediate();
      }
      yield batch;
      if (page.length < pageRows) return;
    }
  };
  return Readable.from(text(), { objectMode: false, highWaterMark: 1 });
}

export const csvRoutes = (deps: PhotoDeps): Route[] => [
  file(
    {
      path: '/history.csv',
      access: 'user',
      tag: 'log',
      summary: 'Your log as a table for spreadsheets, latest meal first',
      description:
        'UTF-8 with a byte order mark, RFC 4180. Everything, where no range is asked for. Sent as it is read, without a length; a transfer that breaks off is not whole.',
      limit,
      query: z.object(rangeFields).refine(...oneRange),
      responses: { 200: { description: 'The table', contentType: 'text/csv', headers: ['content-disposition'] } },
    },
    async ({ caller, query }) => {
      const timeZone = await timeZoneOf(deps, caller);
      const now = deps.clock();
      return {
        stream: await tableOf(deps, caller.id, rangeOf(query, timeZone, now), timeZone),
        contentType: 'text/csv; charset=utf-8; header=present',
        bytes: null,
        headers: {
          'content-disposition': `attachment; filename="palate-log-${clockOf(now, timeZone).day}.csv"`,
          'cache-control': 'private, no-store',
        },
      };
    },
  ),
];
