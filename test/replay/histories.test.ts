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

/** Text with the payloads as they were before they were encoded. */
const decode = (value: unknown): string =>
  JSON.stringify(value).replace(/"data":"([A-Za-z0-9+/=]+)"/g, (_all, data: string) =>
    Buffer.from(data, 'base64').toString(),
  );
const decoded = (name: string): string => decode(read(name));

it('has one of each way a run can go', () => {
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
    'context-coalesced',
    'context-retried',
    'context-given-up',
    'context-replayed',
    'context-settled',
    'context-held',
    'context-push-now',
    'context-goes-on',
    'context-went-on',
    'replay-of-many',
    'replay-paused',
    'replay-cancelled',
    'erased-told',
    'erased-told-late',
    'erased-untold',
  ])
    expect(kinds).toContain(kind);
});

/** What a history shows, so that a way that was not gone is not taken for one. */
it.each([
  ['fallback', '"by":"ml_service"'],
  ['breaker', '"type":"ClassifierPaused"'],
  ['self-correction', '"name":"refineEntry"'],
  ['duplicate', '"looks like another"'],
  ['context-coalesced', '"kind":"acknowledged"'],
  ['context-retried', '"gaveUp":false'],
  ['context-given-up', '"gaveUp":true'],
  ['context-replayed', '"signalName":"replaySync"'],
  ['context-settled', '"signalName":"syncSettled"'],
  ['context-held', '"kind":"held"'],
  ['context-held', '"signalName":"syncDue"'],
  ['context-push-now', '"name":"pushNow"'],
  ['context-goes-on', '"newExecutionRunId"'],
  ['context-goes-on', '"signalName":"contextChanged"'],
  ['context-went-on', '"changed":true'],
  ['replay-of-many', '"kind":"finished"'],
  ['replay-paused', '"signalName":"resume"'],
  ['replay-cancelled', '"signalName":"cancel"'],
  ['erased-told', '"forgotten"'],
  ['erased-told', '"type":"NotForgotten"'],
  ['erased-told-late', '"name":"dropContext"'],
  ['erased-untold', '"never told"'],
])('%s shows %s', (kind, mark) => {
  const shown = files.filter((file) => file.startsWith(`${kind}.`));
  expect(shown).not.toEqual([]);
  for (const name of shown) expect(decoded(name)).toContain(mark);
});

it('context-coalesced shows many changes in one push', () => {
  const text = decoded('context-coalesced.0.3.0.json');
  expect(text.match(/"signalName":"contextChanged"/g)?.length).toBeGreaterThan(1);
  expect(text.match(/"activityType":\{"name":"pushContext"\}/g)).toHaveLength(1);
});

it.each(['coalesced', 'held', 'push-now', 'replayed', 'retried', 'settled'])(
  'context-%s shows a run that closed when its idle time was over',
  (kind) => {
    const { events } = read(`context-${kind}.0.3.0.json`) as {
      events: {
        eventId: string;
        eventType: string;
        timerStartedEventAttributes?: { startToFireTimeout: string };
        timerFiredEventAttributes?: { startedEventId: string };
      }[];
    };
    const [fired, completed] = events
      .filter(({ eventType }) => !eventType.startsWith('EVENT_TYPE_WORKFLOW_TASK'))
      .slice(-2);
    expect(completed?.eventType).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
    expect(decode(completed)).toContain('"idle"');
    const timer = events.find(({ eventId }) => eventId === fired?.timerFiredEventAttributes?.startedEventId);
    const idleMs = Number(/"idleMs":(\d+)/.exec(decode(events[0]))?.[1]);
    expect(parseFloat(timer?.timerStartedEventAttributes?.startToFireTimeout ?? '') * 1_000).toBe(idleMs);
  },
);

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
    expect(text).not.toMatch(/@example\.com|boiled eggs|an apple|too salty/);
    // A history is as long as its run had steps; none of them holds much.
    for (const event of (read(name) as { events: unknown[] }).events) expect(decode(event).length).toBeLessThan(2_000);
  }
});
