import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { NativeConnection } from '@temporalio/worker';
import { startContext } from '../../../src/launches/contextChanges';
import { createJointRuns } from '../../../src/launches/joint';
import { contextWorkflows, pushNow } from '../../../src/messages/context';
import { foodWorkflows } from '../../../src/messages/foods';
import { searchAttributes, untagged } from '../../../src/messages/searchAttributes';
import { newId } from '../../../src/store/ids';
import { ensureSchedules } from '../../../src/worker/schedules';
import { ensureSearchAttributes } from '../../../src/worker/searchAttributes';
import { freshTaskQueue, temporalAddress, workflowBundle } from '../engines';
import { eventually } from '../palate';
import { createWorkers } from '../workers';

jest.setTimeout(60_000);

const queues = (main: string) => ({ main });
const gtin = (number: number) => String(number).padStart(14, '0');

let connection: Connection;
let workers: NativeConnection;
beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  workers = await NativeConnection.connect({ address: temporalAddress() });
});
afterAll(async () => {
  await workers.close();
  await connection.close();
});

const brief = { debounceMs: 5, maxWaitMs: 20, idleMs: 200, retryMs: 50, retryMaxMs: 100, attempts: 2 };

/** A namespace of its own in which `names` are the only search attributes, and a worker of it while `work` runs. */
async function withNamespace(
  names: readonly string[],
  activities: object,
  work: (there: Awaited<ReturnType<typeof openNamespace>>) => Promise<void>,
): Promise<void> {
  const there = await openNamespace(names);
  const worker = await createWorkers({
    connection: workers,
    namespace: there.namespace,
    taskQueue: there.taskQueue,
    workflowBundle,
    activities,
    shutdownGraceMs: 300,
    onActivity: () => undefined,
    onWorkflowEnd: () => undefined,
  });
  await worker.runUntil(() => work(there));
}

async function openNamespace(names: readonly string[]) {
  const [namespace, taskQueue] = [freshTaskQueue('untagged'), freshTaskQueue('untagged')];
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const client = new Client({ connection, namespace });
  // What is made is known everywhere a moment later.
  await eventually(() => client.workflow.count().catch(() => null));
  const areKnown = (query: string) =>
    client.workflow.count(query).then(
      () => true,
      () => false,
    );
  if (names.length > 0) {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(names.map((name) => [name, 2])),
    });
    await eventually(() => areKnown(names.map((name) => `${name} = 'none'`).join(' OR ')));
  }
  const runs = createJointRuns({ client: () => Promise.resolve(client), eager: false, queues: queues(taskQueue) });
  return {
    namespace,
    taskQueue,
    client,
    areKnown,
    lookUp: (gtin14: string) => runs.ask(foodWorkflows.lookUpBarcode.start([gtin14], { gtin14 }), 20_000),
    runOf: (gtin14: string) => client.workflow.getHandle(foodWorkflows.lookUpBarcode.id(gtin14)),
  };
}

const unknown = { askForBarcode: () => Promise.resolve({ kind: 'unknown' }) };
const all = Object.values(searchAttributes).map(({ name }) => name);

describe.each([
  ['none', []],
  ['only some', [searchAttributes.feature.name, searchAttributes.owner.name]],
])('where Temporal knows %s of the search attributes', (_which, names) => {
  test('runs are started, and go, without; those of later have them', () =>
    withNamespace(names, unknown, async ({ namespace, taskQueue, client, lookUp, runOf }) => {
      expect(await lookUp(gtin(17))).toEqual({ kind: 'unknown' });
      const first = await runOf(gtin(17)).describe();
      expect(first.memo).toEqual({ [untagged]: true });
      expect(first.typedSearchAttributes.get(searchAttributes.feature)).toBeUndefined();

      const run = foodWorkflows.lookUpBarcode.start([gtin(24)], { gtin14: gtin(24) });
      await ensureSchedules(client, [{ run, everyMs: 3600_000 }], queues(taskQueue));
      expect(await client.schedule.getHandle(run.workflowId).describe()).toMatchObject({
        action: { memo: { [untagged]: true } },
      });

      await ensureSearchAttributes(workers, namespace);
      const tagged = await eventually(async () => {
        const gtin14 = gtin(Date.now());
        expect(await lookUp(gtin14)).toEqual({ kind: 'unknown' });
        const { memo, typedSearchAttributes } = await runOf(gtin14).describe();
        return memo?.[untagged] === undefined && typedSearchAttributes;
      });
      expect(tagged.get(searchAttributes.feature)).toBe('foods');
      expect(tagged.get(searchAttributes.state)).toBe('unknown');
      expect(tagged.get(searchAttributes.owner)).toBeUndefined();
    }));

  test('the run of an account is started with a push, and goes on as a new run, without', () => {
    let pushes = 0;
    const pushContext = () => {
      pushes += 1;
      return Promise.resolve({ kind: 'acknowledged', version: pushes, behind: pushes < 3 });
    };
    return withNamespace(names, { pushContext }, async ({ taskQueue, client }) => {
      const userId = newId();
      const timing = { ...brief, pushesOfARun: 1 };
      const report = await startContext({ taskQueue, timing }, userId, (run) =>
        client.workflow.executeUpdateWithStart(pushNow, {
          startWorkflowOperation: new WithStartWorkflowOperation(contextWorkflows.sync.name, {
            ...run,
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
          args: [],
        }),
      );
      expect(report).toEqual({ kind: 'acknowledged', version: 1 });
      const handle = client.workflow.getHandle(contextWorkflows.sync.id(userId));
      expect(await handle.result()).toBe('idle');
      expect(pushes).toBe(3);
      const last = await handle.describe();
      expect(last.raw.workflowExecutionInfo?.firstRunId).not.toBe(last.runId);
      expect(last.memo).toEqual({ [untagged]: true });
    });
  });
});

test('a run whose search attributes vanish goes on once a worker has made them anew', async () => {
  let answer: (found: { kind: 'unknown' }) => void = () => undefined;
  const askForBarcode = () => new Promise((resolve) => (answer = resolve));
  await withNamespace(all, { askForBarcode }, async ({ namespace, areKnown, lookUp, runOf }) => {
    const asked = lookUp(gtin(31));
    const { name } = searchAttributes.state;
    await eventually(
      async () =>
        (
          await runOf(gtin(31))
            .describe()
            .catch(() => null)
        )?.raw.pendingActivities?.length === 1,
    );
    await connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: [name] });
    await eventually(async () => !(await areKnown(`${name} = 'none'`)));
    answer({ kind: 'unknown' });
    await eventually(async () => {
      const { events } = await runOf(gtin(31)).fetchHistory();
      return events?.some((event) => event.workflowTaskFailedEventAttributes) === true;
    });
    await ensureSearchAttributes(workers, namespace);
    expect(await asked).toEqual({ kind: 'unknown' });
    const { typedSearchAttributes } = await runOf(gtin(31)).describe();
    expect(typedSearchAttributes.get(searchAttributes.state)).toBe('unknown');
  });
});
