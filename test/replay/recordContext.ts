import { defaultPayloadConverter } from '@temporalio/common';
import { WorkflowContinuedAsNewError } from '@temporalio/client';
import { startContext } from '../../src/launches/contextChanges';
import { contextChanged, contextWorkflows, type ContextTiming } from '../../src/messages/context';
import { replayWorkflows } from '../../src/messages/contextReplay';
import { erasureWorkflows, type EraseUser } from '../../src/messages/erasure';
import { searchAttributes } from '../../src/messages/searchAttributes';
import { newId } from '../../src/store/ids';
import { ReceiverDouble } from '../doubles/contextReceiver';
import { faults } from '../doubles/doubleServer';
import { openPeople, type Person } from '../e2e/people';
import { eventually } from '../eventually';
import { openRecorder } from './recorder';

const internalKey = 'a key of the recorder';
const idleMs = 1_500;

/** A recorder whose Palate tells a receiver of our own, somebody of support, and accounts that change. */
async function openContextRecorder(env: Record<string, string>) {
  const receiver = await new ReceiverDouble().start();
  const recorder = await openRecorder({
    FLASK_AI_BASE_URL: receiver.baseUrl,
    INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
    NODE_INTERNAL_KEY: internalKey,
    CONTEXT_SYNC_DEBOUNCE_MS: '400',
    CONTEXT_SYNC_RETRY_MS: '50',
    CONTEXT_SYNC_IDLE_MS: String(idleMs),
    CONTEXT_SYNC_SWEEP_MS: '500',
    ...env,
  });
  const people = await openPeople(recorder.mongodbUri);
  const helper = await people.make('helper-of-the-recorder', 'support');
  // Its own context is no part of what is recorded.
  await people.store.contextSyncs.close(helper.id);
  let cookTime = 0;
  const ask = async (method: string, target: string, token: string, body?: unknown) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(recorder.url + target, {
      method,
      ...(text !== undefined && { body: text }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    return { status: response.status, body: (await response.json()) as { id: string; state: string } };
  };
  /** What must go well for the recording to be one. */
  const done = async (...args: Parameters<typeof ask>) => {
    const answer = await ask(...args);
    if (answer.status >= 400) throw new Error(`${args[0]} ${args[1]} answered ${answer.status}`);
    return answer;
  };
  const change = ({ token }: Person) =>
    done('POST', '/api/v1/constraints', token, { maxCookTime: (cookTime = (cookTime + 1) % 1_000) });

  return {
    ...recorder,
    receiver,
    people,
    change,
    comment: ({ token }: Person, comment: string) =>
      done('POST', '/api/v1/feedback', token, { type: 'disliked', mealId: newId(), comment }),
    askSupport: (method: string, target: string, body?: unknown) => ask(method, target, helper.token, body),
    leave: ({ token }: Person) => done('DELETE', '/api/auth/me', token),
    inState: ({ id }: Person, state: string) =>
      eventually(async () => {
        const handle = recorder.client.workflow.getHandle(contextWorkflows.sync.id(id));
        const run = await handle.describe().catch(() => null);
        return run?.typedSearchAttributes.get(searchAttributes.state) === state;
      }),
    acknowledged: ({ id }: Person) =>
      eventually(async () => (await people.store.contextSyncs.find(id))?.behind === false),
    /** Somebody who changed, and was told of. */
    async told(name: string): Promise<Person> {
      const person = await people.make(name);
      await change(person);
      await this.acknowledged(person);
      return person;
    },
    /** People on the failed list; the receiver is well again after that. */
    async failing(...names: string[]): Promise<Person[]> {
      receiver.always(faults.status(500));
      const failed: Person[] = [];
      for (const name of names) failed.push(await people.make(name));
      for (const person of failed) await change(person);
      for (const person of failed) await this.inState(person, 'failed');
      receiver.always(null);
      return failed;
    },
    async close() {
      await people.close();
      await recorder.close();
      await receiver.stop();
    },
  };
}
type ContextRecorder = Awaited<ReturnType<typeof openContextRecorder>>;

/** The run of an account, from its first change to its end. */
async function recordRuns(recorder: ContextRecorder): Promise<void> {
  const { receiver, people, change, inState } = recorder;
  const many = await people.make('many');
  await recorder.comment(many, 'far too salty for me');
  for (let changes = 0; changes < 20; changes += 1) await change(many);
  await recorder.save('context-coalesced', contextWorkflows.sync.id(many.id));

  receiver.next(faults.status(500));
  const retried = await people.make('retried');
  await change(retried);
  await recorder.save('context-retried', contextWorkflows.sync.id(retried.id));

  const [given] = await recorder.failing('given-up');
  if (!given) throw new Error('Nobody was given up');
  await recorder.keep('context-given-up', contextWorkflows.sync.id(given.id));
  await recorder.askSupport('POST', `/api/support/syncs/${given.id}/replay`);
  await inState(given, 'idle');
  await recorder.save('context-replayed', contextWorkflows.sync.id(given.id));

  const asked = await people.make('asked');
  await fetch(`${recorder.url}/api/v1/users/internal/ai/user-context/${asked.id}`, {
    headers: { 'x-internal-key': internalKey },
  });
  await recorder.save('context-push-now', contextWorkflows.sync.id(asked.id));
}

/** A run that goes on as a new one, while signals arrive in it. */
async function recordGoingOn({ client, people, receiver, ...recorder }: ContextRecorder): Promise<void> {
  const person = await people.make('going-on');
  const timing: ContextTiming = {
    debounceMs: 200,
    maxWaitMs: 1_000,
    idleMs,
    retryMs: 50,
    retryMaxMs: 100,
    attempts: 2,
    pushesOfARun: 1,
  };
  receiver.latencyMs = 1_000;
  const { signaledRunId } = await startContext({ taskQueue: 'palate', timing }, person.id, (run) =>
    client.workflow.signalWithStart(contextWorkflows.sync.name, { ...run, signal: contextChanged, signalArgs: [] }),
  );
  await eventually(() => Promise.resolve(receiver.toldOf(person.id).length > 0));
  await recorder.change(person);
  await recorder.acknowledged(person);
  receiver.latencyMs = 0;
  const before = client.workflow.getHandle(contextWorkflows.sync.id(person.id), signaledRunId, { followRuns: false });
  const after = await before.result().then(
    () => null,
    (end: unknown) => (end instanceof WorkflowContinuedAsNewError ? end.newExecutionRunId : null),
  );
  if (after === null) throw new Error('The run did not go on as a new one');
  await recorder.keep('context-goes-on', contextWorkflows.sync.id(person.id), signaledRunId);
  await client.workflow
    .getHandle(contextWorkflows.sync.id(person.id), after, { followRuns: false })
    .result()
    .catch(() => undefined);
  await recorder.keep('context-went-on', contextWorkflows.sync.id(person.id), after);
}

/** Replays of many: to their end, with a pause, and cancelled. */
async function recordReplays(recorder: ContextRecorder): Promise<void> {
  const { receiver, askSupport } = recorder;
  const replay = async () =>
    (await askSupport('POST', '/api/support/syncs/replay', { filter: { state: 'failed' } })).body.id;
  const tell = (id: string, verb: string) =>
    eventually(async () => (await askSupport('POST', `/api/support/replays/${id}/${verb}`)).status === 202);
  const inState = (id: string, state: string) =>
    eventually(async () => (await askSupport('GET', `/api/support/replays/${id}`)).body.state === state);
  /** Before it has come to its end. */
  const paused = async () => {
    receiver.latencyMs = 1_500;
    const id = await replay();
    await tell(id, 'pause');
    await inState(id, 'paused');
    receiver.latencyMs = 0;
    return id;
  };

  const [one] = await recorder.failing('one', 'two', 'three');
  await recorder.save('replay-of-many', replayWorkflows.replay.id(await replay()));
  if (one) await recorder.save('context-settled', contextWorkflows.sync.id(one.id));

  await recorder.failing('four', 'five', 'six');
  const stopped = await paused();
  await tell(stopped, 'resume');
  await recorder.save('replay-paused', replayWorkflows.replay.id(stopped));

  await recorder.failing('seven', 'eight');
  const cancelled = await paused();
  await tell(cancelled, 'cancel');
  await recorder.save('replay-cancelled', replayWorkflows.replay.id(cancelled));
}

/** Of accounts that the receiver was told of, once while it is well and once while it is away, and of one that it never heard of. */
async function recordErasures({ client, people, receiver, ...recorder }: ContextRecorder): Promise<void> {
  const forgotten = await recorder.told('leaving-at-once');
  await recorder.leave(forgotten);
  await recorder.saveErasure('erased-forgotten', forgotten.id);
  const [told, untold] = [await recorder.told('leaving'), await people.make('leaving-untold')];
  await recorder.leave(untold);
  receiver.always(faults.status(503));
  await recorder.leave(told);
  await eventually(() => {
    const asked = receiver.toldOf(told.id).filter(({ kind }) => kind === 'delete');
    return Promise.resolve(asked.length >= 2);
  }, 60_000);
  receiver.always(null);
  await recorder.saveErasure('erased-untold', untold.id);
  await recorder.saveErasure('erased-told', told.id);

  // The same once more with a late look that comes at once, as every step of an erasure can be repeated.
  const erasing = client.workflow.getHandle(erasureWorkflows.erase.id(told.id));
  const started = (await erasing.fetchHistory()).events?.[0]?.workflowExecutionStartedEventAttributes;
  const [payload] = started?.input?.payloads ?? [];
  if (!payload) throw new Error('The erasure was started with nothing');
  const args = defaultPayloadConverter.fromPayload<EraseUser>(payload);
  await erasing.terminate('Recorded.');
  await client.workflow.start('eraseUser', {
    workflowId: erasureWorkflows.erase.id(told.id),
    taskQueue: 'palate',
    args: [{ ...args, timing: { settleMs: 10, lateMs: 50 } } satisfies EraseUser],
  });
  await recorder.save('erased-told-late', erasureWorkflows.erase.id(told.id));
}

/** A run that finds the circuit open, until the sweep comes back to it. */
async function recordHeld(): Promise<void> {
  const openMs = 3_000;
  const recorder = await openContextRecorder({
    CIRCUIT_FAILURES: '2',
    CIRCUIT_OPEN_MS: String(openMs),
    CONTEXT_SYNC_IDLE_MS: String(4 * openMs),
    CONTEXT_SYNC_RETRY_MS: '60000',
  });
  const { people, change, inState, receiver } = recorder;
  try {
    // The recorder's own account goes out first, or it would be one of those that fail.
    await receiver.called(1);
    receiver.always(faults.status(500));
    for (const name of ['first', 'second']) {
      const person = await people.make(name);
      await change(person);
      await inState(person, 'retrying');
    }
    const held = await people.make('held');
    await change(held);
    await inState(held, 'held');
    receiver.always(null);
    await recorder.acknowledged(held);
    await recorder.save('context-held', contextWorkflows.sync.id(held.id));
  } finally {
    await recorder.close();
  }
}

/** Context sync: changes on their way, a receiver that fails, support, and erasure. */
export async function recordContext(): Promise<void> {
  // One account after the other fails: the circuit is another recording.
  const recorder = await openContextRecorder({ CONTEXT_SYNC_MAX_ATTEMPTS: '2', CIRCUIT_FAILURES: '1000' });
  try {
    await recordRuns(recorder);
    await recordGoingOn(recorder);
    await recordReplays(recorder);
  } finally {
    await recorder.close();
  }
  // Nobody is told of an account that was made in the store before the sweep, which does not come in this time.
  const withoutSweep = await openContextRecorder({ CIRCUIT_FAILURES: '1000', CONTEXT_SYNC_SWEEP_MS: '600000' });
  try {
    await recordErasures(withoutSweep);
  } finally {
    await withoutSweep.close();
  }
  await recordHeld();
}
