import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PushResult } from '../activities/context/push';
import {
  contextChanged,
  pushNow,
  replaySync,
  syncDue,
  syncSettled,
  type ContextSync,
  type PushReport,
  type SyncState,
} from '../messages/context';
import { searchAttributes } from '../messages/searchAttributes';
import { tag } from './attributes';
import { sending } from './proxies';

const { pushContext } = sending();

/**
 * The context of one account on its way to the ML service.
 *
 * E1  Signals say that something changed, never what: version and context are read when they are sent.
 * E2  Changes in quick succession become one push: it waits until nothing changed for `debounceMs`, and for `maxWaitMs` at most.
 * E3  An attempt that may go better is repeated with growing waits, whatever changes meanwhile. Then the sync is on the failed list, and
 *     this run waits, without a timer, for the next change or for somebody who asks for it again: an operator can signal only what is open.
 *     So there are as many open runs as failed syncs, and no more.
 * E4  While the circuit of the receiver is open nothing is counted and nothing is asked for: the sweep wakes who is behind when it closes.
 * E5  It closes after `idleMs` without a change, so that open runs do not grow with accounts. A signal of that very moment is not lost: it
 *     keeps this run open, or starts another.
 */
export async function contextSync({ userId, timing, carried }: ContextSync): Promise<'idle' | 'gone' | 'off'> {
  let changes = 0;
  let changed = carried?.changed ?? false;
  let due = carried?.due ?? false;
  let replay = carried?.replay ?? false;
  let settled = carried?.settled ?? false;
  let asked = 0;
  let answered = 0;
  let failed = carried?.failed ?? 0;
  let state: SyncState = carried?.state ?? { kind: 'idle' };
  let report: PushReport = { kind: 'held' };

  setHandler(contextChanged, () => {
    changes += 1;
    changed = true;
  });
  setHandler(syncDue, () => {
    changed = due = true;
  });
  setHandler(replaySync, () => {
    replay = true;
  });
  setHandler(syncSettled, () => {
    settled = true;
  });
  setHandler(pushNow, async () => {
    const mine = (asked += 1);
    await condition(() => answered >= mine);
    return report;
  });
  /** Also what is acknowledged. */
  const forced = () => replay || asked > answered;
  const urgent = () => due || forced();
  const woken = () => changed || settled || urgent();

  const show = (next: SyncState, details: string): void => {
    setCurrentDetails(details);
    if (next.kind !== state.kind || reasonOf(next) !== reasonOf(state))
      tag([
        { key: searchAttributes.state, value: next.kind },
        { key: searchAttributes.reason, value: reasonOf(next) },
      ]);
    state = next;
  };

  const debounce = async (): Promise<void> => {
    const deadlineMs = Date.now() + timing.maxWaitMs;
    for (;;) {
      const seen = changes;
      const waitMs = Math.min(timing.debounceMs, deadlineMs - Date.now());
      if (waitMs <= 0 || urgent()) return;
      if (!(await condition(() => changes !== seen || urgent(), waitMs))) return;
    }
  };

  /** What is to be done next, once there is something: `close` where nothing came for long. */
  const next = async (): Promise<'push' | 'settled' | 'close'> => {
    if (state.kind === 'retrying') await condition(() => settled || urgent(), state.waitMs);
    else if (state.kind === 'failed') await condition(woken);
    else if (!(await condition(woken, timing.idleMs))) return 'close';
    if (settled && !changed && !urgent()) return 'settled';
    if (state.kind !== 'retrying') await debounce();
    return 'push';
  };

  /** One attempt, when it is its turn. */
  const push = async (nextInMs: number): Promise<Pushed> => {
    let force = false;
    let paced = false;
    for (let busy = 0; ; busy += 1) {
      force ||= forced();
      changed = due = replay = settled = false;
      const attempt = { number: failed + 1, of: timing.attempts, nextInMs };
      const result: PushResult = await pushContext({ userId, force, paced, attempt });
      if (result.kind !== 'busy' && result.kind !== 'paced') return result;
      paced = result.kind === 'paced';
      setCurrentDetails(paced ? 'Waiting for its turn.' : 'Another sender is at work for this account.');
      // Its slot comes when it comes; a place that is taken may be free any moment.
      if (paced) await condition(forced, Math.min(result.waitMs, mostPacedMs));
      else await condition(urgent, Math.max(result.waitMs, Math.min(leastBusyMs * 2 ** busy, mostBusyMs)));
    }
  };

  for (let pushes = 0; ;) {
    if (workflowInfo().continueAsNewSuggested || pushes >= timing.pushesOfARun) {
      // Signals of this very moment are noted at once; whoever waits for a push is answered first.
      await condition(() => allHandlersFinished() || asked > answered);
      if (asked === answered)
        await continueAsNew<typeof contextSync>({
          userId,
          timing,
          carried: { changed, due, replay, settled, failed, state },
        });
    }

    const todo = await next();
    if (todo === 'close') return 'idle';
    if (todo === 'settled') {
      settled = false;
      failed = 0;
      show({ kind: 'idle' }, 'Settled by somebody else.');
      continue;
    }

    const nextInMs = backoffMs(timing, failed);
    const answers = asked;
    const result = await push(nextInMs);
    pushes += 1;
    switch (result.kind) {
      case 'acknowledged':
      case 'current':
        failed = 0;
        changed ||= result.kind === 'acknowledged' && result.behind;
        report = { kind: 'acknowledged', version: result.version };
        show({ kind: 'idle' }, `Version ${result.version} is acknowledged.`);
        break;
      case 'held':
        report = { kind: 'held' };
        show({ kind: 'held' }, 'The ML service is left alone for a while; the sweep comes back to this account.');
        break;
      case 'failed': {
        const { reason, status, gaveUp, retryAfterMs } = result;
        const why = `${reason}${status === null ? '' : ` (${status})`}`;
        const waitMs = Math.max(nextInMs, retryAfterMs ?? 0);
        failed += 1;
        report = { kind: 'failed', reason, status, gaveUp };
        if (!gaveUp) {
          const when = `The next one in ${waitMs} ms.`;
          show({ kind: 'retrying', reason, waitMs }, `Attempt ${failed} of ${timing.attempts}: ${why}. ${when}`);
          break;
        }
        show(
          { kind: 'failed', reason },
          `Given up after attempt ${failed}: ${why}. The next change tries again; the signal replaySync does at once.`,
        );
        failed = 0;
        break;
      }
      case 'gone':
      case 'off':
        report = { kind: result.kind };
        answered = asked;
        await condition(allHandlersFinished);
        return result.kind;
    }
    answered = answers;
  }
}

/** Where many wait for the same few places, asking again and again is a load of its own. */
const leastBusyMs = 200;
const mostBusyMs = 15_000;
/** Longer queues than this are none: a clock ran ahead. */
const mostPacedMs = 3_600_000;

/** Once it was its turn. */
type Pushed = Exclude<PushResult, { kind: 'busy' | 'paced' }>;

const reasonOf = (state: SyncState): string => ('reason' in state ? state.reason : 'none');

/** Half of a wait that doubles is left to chance, so that many who failed at once do not come back at once. */
const backoffMs = ({ retryMs, retryMaxMs }: ContextSync['timing'], failed: number): number =>
  Math.round(Math.min(retryMs * 2 ** failed, retryMaxMs) * (0.5 + Math.random() / 2));
