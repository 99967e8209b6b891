/**
 * `npm run bench:recommend:ingest -- [rows] [users] [items]`: how fast a file of interactions becomes a dataset, and how much memory that takes at most,
 * beside the bounds: 0.3 million rows a second of CPU (reading takes one core, and others may share it), and 2 × the matrices + dictionaries + 200 MB. By default 20 million rows of
 * a million users and 200,000 items, made while they are read.
 */
import { writeDataset, type Dataset } from '../../src/ml/recommend/artefact/dataset';
import { createIngest } from '../../src/ml/recommend/ingest';
import { expectAtMost, table } from '../figures';
import { run } from '../run';
import { generatedInteractions } from './generated';

const minRowsPerSecond = 300_000;
const baseBytes = 200e6;

/** The most that was ever resident, as the kernel counts it. */
const peakResidentBytes = (): number => process.resourceUsage().maxRSS * 1024;

const sum = (...columns: readonly (ArrayBufferView | null)[]): number =>
  columns.reduce((bytes, column) => bytes + (column?.byteLength ?? 0), 0);

function sizesOf({ users, items, ratings }: Dataset): { matrixBytes: number; dictionaryBytes: number } {
  const { byUser, byItem, times, order } = ratings;
  return {
    matrixBytes: sum(
      byUser.starts,
      byUser.indexes,
      byUser.values,
      byItem.starts,
      byItem.indexes,
      byItem.values,
      times,
      order,
    ),
    dictionaryBytes: [users, items].reduce((all, { parts }) => all + sum(parts.arena, parts.starts, parts.slots), 0),
  };
}

const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

/** What generating up to a million rows takes, to be taken off. */
function generatingCpuMs(file: Parameters<typeof generatedInteractions>[0]): number {
  const before = process.cpuUsage();
  let bytes = 0;
  const rows = Math.min(file.rows, 1e6);
  for (const chunk of generatedInteractions({ ...file, rows })) bytes += chunk.length;
  return bytes > 0 ? (cpuMs(before) * file.rows) / rows : 0;
}

function main(): Promise<void> {
  const given = process.argv.slice(2);
  const [rows = 20e6, users = 1e6, items = 200_000] = given.filter((word) => word !== '--json').map(Number);
  const file = { rows, users, items };
  const generatingMs = generatingCpuMs(file);
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const ingest = createIngest({ nowMs: Date.UTC(2100, 0, 1) });
  const reader = ingest.interactions('generated.csv', null);
  let bytes = 0;
  for (const chunk of generatedInteractions(file)) {
    reader.write(chunk);
    bytes += chunk.length;
  }
  reader.end();
  const readCpuMs = cpuMs(cpuBefore) - generatingMs;
  const { dataset, interactions } = ingest.finish();
  const readingCpuMs = cpuMs(cpuBefore) - generatingMs;
  const wallMs = performance.now() - begun;
  const peakBytes = peakResidentBytes();
  const { matrixBytes, dictionaryBytes } = sizesOf(dataset);
  const boundBytes = 2 * matrixBytes + dictionaryBytes + baseBytes;
  const kept = interactions?.rows.kept ?? 0;
  if (given.includes('--json')) {
    console.log(
      JSON.stringify({ rows, kept, pairs: dataset.ratings.order.length, matrixBytes, peakBytes, boundBytes }),
    );
    return Promise.resolve();
  }
  const writing = performance.now();
  let written = 0;
  for (const chunk of writeDataset(dataset)) written += chunk.length;
  const writeMs = performance.now() - writing;
  const rowsPerSecond = (rows / readingCpuMs) * 1000;
  const mb = (of: number): string => `${(of / 1e6).toFixed(0)} MB`;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  console.log(
    table([
      ['rows', 'file', 'kept', 'CPU: parsing', 'CPU: all', 'wall, generating too', 'rows a second of CPU', 'matrices', 'dictionaries', 'artefact', 'peak RSS', 'bound'],
      [rows.toLocaleString('en'), mb(bytes), kept.toLocaleString('en'), seconds(readCpuMs), seconds(readingCpuMs), seconds(wallMs), Math.round(rowsPerSecond).toLocaleString('en'), mb(matrixBytes), mb(dictionaryBytes), `${mb(written)} in ${seconds(writeMs)}`, mb(peakBytes), mb(boundBytes)],
    ]),
  ); // prettier-ignore
  expectAtMost('A row', 1e6 / rowsPerSecond, 1e6 / minRowsPerSecond, 'µs');
  expectAtMost('Reading', peakBytes / 1e6, boundBytes / 1e6, 'MB');
  return Promise.resolve();
}

run(main);
