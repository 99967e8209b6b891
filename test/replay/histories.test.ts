import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';

jest.setTimeout(120_000);

/** Histories of released versions replay on the code as it is: what runs today can be finished by the next version. */
const folder = path.join(__dirname, 'histories');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const quiet = new DefaultLogger('ERROR');
Runtime.install({ logger: quiet, shutdownSignals: [] });
const source = path.join(__dirname, '..', '..', 'src', 'workflows');

let bundle: { code: string };
beforeAll(async () => {
  bundle = await bundleWorkflowCode({
    workflowsPath: path.join(source, 'index.ts'),
    workflowInterceptorModules: [path.join(source, 'outcomes.ts')],
    logger: quiet,
  });
});

/** The sink of outcomes is heard and not told on. */
const options = () => ({ workflowBundle: bundle, sinks: { palate: { ended: { fn: () => undefined } } } });

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));

/** Its text with the payloads as they were before they were encoded. */
const decoded = (name: string): string =>
  JSON.stringify(read(name)).replace(/"data":"([A-Za-z0-9+/=]+)"/g, (_all, data: string) =>
    Buffer.from(data, 'base64').toString(),
  );

it('has one of each way a photo can go', () => {
  const kinds = files.map((name) => name.split('.')[0]);
  for (const kind of [
    'accepted',
    'rejected',
    'needs-label-then-corrected',
    'through-an-outage',
    'erased',
    'fallback',
    'breaker',
    'self-correction',
    'duplicate',
  ])
    expect(kinds).toContain(kind);
});

/** What a history shows, so that a way that was not gone is not taken for one. */
it.each([
  ['fallback', '"by":"ml_service"'],
  ['breaker', '"type":"ClassifierPaused"'],
  ['self-correction', '"name":"refineEntry"'],
  ['duplicate', '"looks like another"'],
])('%s shows %s', (kind, mark) => {
  const shown = files.filter((file) => file.startsWith(`${kind}.`));
  expect(shown).not.toEqual([]);
  for (const name of shown) expect(decoded(name)).toContain(mark);
});

it.each(files)('%s', async (name) => {
  await Worker.runReplayHistory(options(), historyFromJSON(read(name)));
});

it('a history that does not fit the code is found out', async () => {
  const accepted = files.find((name) => name.startsWith('accepted'))!;
  const changed = JSON.parse(JSON.stringify(read(accepted)).replaceAll('preparePhoto', 'anotherActivity')) as unknown;
  await expect(Worker.runReplayHistory(options(), historyFromJSON(changed))).rejects.toThrow();
});

it('holds no bytes, names, addresses or words of a person', () => {
  for (const name of files) {
    const text = decoded(name);
    expect(text).not.toMatch(/@example\.com|boiled eggs|an apple/);
    expect(text.length).toBeLessThan(60_000);
  }
});
