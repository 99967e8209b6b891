import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { parseSettings } from '../../src/config/settings';
import type { PhotoTiming } from '../../src/messages/photos';
import { leastEnvironment } from '../config/environment';
import { branches } from './branches';

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

interface Started {
  input: { payloads: [{ data: string }] };
}

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
    'erased-forgotten',
    'erased-told',
    'erased-told-late',
    'erased-untold',
  ])
    expect(kinds).toContain(kind);
  expect(kinds).toEqual(expect.arrayContaining(branches.map(({ name }) => name)));
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
  ['erased-forgotten', '"forgotten"'],
  ['erased-told', '"type":"NotForgotten"'],
  ['erased-told-late', '"name":"dropContext"'],
  ['erased-untold', '"never told"'],
  ['spoke-asking', '"user spoke"'],
  ['spoke-rejecting', '"user spoke"'],
  ['spoke-analyzing', '"user spoke"'],
  ['failed-user-spoke', '"user spoke"'],
  ['cancelled-prepared', '"name":"stopAnalysis"'],
  ['gone-waiting', '"name":"whatSettled"'],
  ['refine-labelled', '"signalName":"entrySettled"'],
  ['table', '"type":"FooddataUnavailable"'],
  ['stores-away', '"name":"reachPicture"'],
  ['correction-refined', '"name":"refineCorrection"'],
  ['correction-refined', '"provisional"'],
  ['correction-late', 'SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED'],
  ['not-opened', '"lostWorkers":2'],
  ['captioned-overdue', 'TIMEOUT_TYPE_SCHEDULE_TO_CLOSE'],
  ['unknown', '"unknown"'],
  ['captioned-unknown-silent', '"name":"stopAsking"'],
  ['captioned-unknown-late', '"published"'],
  ['captioned-unknown-unsure', '"unlabelled"'],
  ['refine-unknown', '"name":"refineEntry"'],
  ['reap-goes-on', '"newExecutionRunId"'],
  ['untagged', '"palateUntagged"'],
])('%s shows %s', (kind, mark) => {
  const shown = files.filter((file) => file.startsWith(`${kind}.`));
  expect(shown).not.toEqual([]);
  for (const name of shown) expect(decoded(name)).toContain(mark);
});

it('untagged shows a run that sets no search attribute', () => {
  const shown = files.filter((file) => file.startsWith('untagged.'));
  expect(shown).not.toEqual([]);
  for (const name of shown) expect(decoded(name)).not.toMatch(/UPSERT_WORKFLOW_SEARCH_ATTRIBUTES|"searchAttributes"/);
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

describe('replays', () => {
  /** By file: null, or why it does not fit. In one worker, as each new one compiles the workflows anew. */
  const outcomes = new Map<string, Error | null>();
  beforeAll(async () => {
    const histories = files.map((name) => ({ workflowId: name, history: historyFromJSON(read(name)) }));
    for await (const { workflowId, error } of Worker.runReplayHistories(options(), histories))
      outcomes.set(workflowId, error ?? null);
  });

  it.each(files)('%s', (name) => {
    const outcome = outcomes.get(name);
    if (outcome) throw outcome;
    expect(outcome).toBeNull();
  });
});

/** Histories are recorded with pauses of milliseconds; an installation has those of its settings. */
it.each([
  ['the settings’ defaults', {}],
  ['long pauses', { PHOTO_REASK_MS: '36000000', PHOTO_REASK_MAX_MS: '36000000', PHOTO_CLASSIFY_RETRY_MS: '60000' }],
])('a run that asks again goes on with %s', async (_what, env) => {
  const { photoTiming } = parseSettings({ ...leastEnvironment, ...env });
  for (const kind of ['refined-late', 'correction-refined', 'through-an-outage', 'self-correction']) {
    const recorded = files.filter((name) => name.startsWith(`${kind}.0.5.0`));
    expect(recorded).toHaveLength(1);
    for (const name of recorded) {
      const history = read(name) as { events: [{ workflowExecutionStartedEventAttributes: Started }] };
      const [given] = history.events[0].workflowExecutionStartedEventAttributes.input.payloads;
      const timed = JSON.parse(Buffer.from(given.data, 'base64').toString()) as { timing: PhotoTiming };
      const { captionedStartMs: _start, captionedCloseMs: _close, ...pauses } = photoTiming;
      Object.assign(timed.timing, pauses);
      given.data = Buffer.from(JSON.stringify(timed)).toString('base64');
      await Worker.runReplayHistory(options(), historyFromJSON(history));
    }
  }
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
