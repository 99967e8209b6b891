import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { replayFailures, type ReplayBatch, type ReplayCounts } from '../../messages/contextReplay';
import type { Replay, ReplayState } from '../../model/contextReplays';
import type { Id } from '../../model/ids';
import type { DecidedResult, ReplayStore, WaitingResult } from '../../store/context/replays';
import type { FailedPosition, SyncListStore } from '../../store/context/syncList';
import type { ContextSyncStore, SyncRow } from '../../store/context/syncs';
import type { Store } from '../../store/store';
import {
  mayGoBetterAlone,
  mostUsersOfARequest,
  untilTurn,
  type ContextPusher,
  type ManyResult,
  type PushResult,
} from './push';

/**
 * What a replay does to the world.
 *
 * L1  Each result is written as soon as it is known, and once: whoever tries again after a crash finds those that are left.
 * L2  A replay makes one attempt for each account. That calls to the receiver are suspended, or that another sender is at work, is no failure:
 *     the account waits.
 * L3  Those of a request that failed as a whole are sent alone, also by whoever goes on after a crash: that is their attempt.
 */
export interface ReplayActivityDeps {
  replays: ReplayStore;
  syncs: Pick<SyncListStore, 'findFailed' | 'findMany' | 'findOpen'>;
  contexts: Pick<ContextSyncStore, 'raise'>;
  transaction: Store['transaction'];
  pusher: ContextPusher;
  /** Tells the user's own run, where there is one, that nothing is waited for any more. Never throws. */
  settled: (userId: Id) => Promise<void>;
  clock: () => Date;
}

const notedAtOnce = 500;
const pushedAtOnce = 4;
/** A turn that comes later is waited for by the run, not here. */
const longestTurnMs = 20_000;
/** No receiver is configured for this worker, though there was one where the replay was made. */
const offWaitMs = 60_000;
/** For so long a replay has those whose versions it raised to itself; after that the sweep sends them as well. */
const raisedGraceMs = 3_600_000;
const onlyAttempt = { number: 1, of: 1, nextInMs: 0 };

type Waiting = Extract<ReplayBatch, { kind: 'wait' }>;
/** What a result says of one account, or of all. */
type Told =
  | { kind: 'decided'; result: DecidedResult }
  /** `paced`: a slot waits for it then. */
  | { kind: 'later'; userId: Id; waitMs: number; paced: boolean }
  | { kind: 'alone'; userId: Id }
  /** Still its turn. */
  | { kind: 'left' }
  | { kind: 'stop'; waitMs: number; why: Waiting['why'] };

export function createReplayActivities(deps: ReplayActivityDeps) {
  const { replays, syncs, contexts, transaction, pusher, settled, clock } = deps;
  const counts = async (replayId: Id): Promise<ReplayCounts> => {
    const { total, acknowledged, failed, skipped } = await found(replayId);
    return { total: total ?? 0, acknowledged, failed, skipped };
  };
  const found = async (replayId: Id) => {
    const replay = await replays.find(replayId);
    if (!replay)
      throw ApplicationFailure.nonRetryable(
        `The replay ${replayId} is not there (any more).`,
        replayFailures.replayGone,
      );
    return replay;
  };

  /** Waits for its turn at the pace of all senders, where that is soon; `paced`: this is it. */
  const pushOne = async (
    { userId, paced }: WaitingResult,
    force: boolean,
    signal: AbortSignal,
  ): Promise<PushResult> => {
    const options = { by: 'replay', force, attempt: onlyAttempt } as const;
    const first = await pusher.push(userId, { ...options, paced }, signal);
    if (first.kind !== 'paced' || first.waitMs > longestTurnMs) return first;
    await delay(first.waitMs, undefined, { signal });
    return pusher.push(userId, { ...options, paced: true }, signal);
  };

  const tell = (userId: Id, row: SyncRow | undefined, since: Date, result: ManyResult): Told => {
    const decided = (outcome: DecidedResult['outcome'], reason: DecidedResult['reason'] = null): Told => ({
      kind: 'decided',
      result: { userId, outcome, reason },
    });
    switch (result.kind) {
      case 'acknowledged':
        return decided('acknowledged');
      case 'failed':
        return mayGoBetterAlone(result) ? { kind: 'alone', userId } : decided('failed', result.reason);
      case 'current':
        return decided(row && acknowledgedByReplay(row, since) ? 'acknowledged' : 'current');
      case 'gone':
        return decided('gone');
      case 'busy':
      case 'paced':
        return { kind: 'later', userId, waitMs: result.waitMs, paced: result.kind === 'paced' };
      case 'left':
        return { kind: 'left' };
      case 'held':
        return { kind: 'stop', waitMs: Math.max(0, result.untilMs - clock().getTime()), why: 'held' };
      case 'off':
        return { kind: 'stop', waitMs: offWaitMs, why: 'off' };
    }
  };

  /** Writes what was told; gives the wait where one of them stops all. */
  const keep = async (replayId: Id, told: readonly Told[]): Promise<(Told & { kind: 'stop' }) | null> => {
    const decided = told.flatMap((one) => (one.kind === 'decided' ? [one.result] : []));
    if (decided.length > 0) await transaction((session) => replays.decide(replayId, decided, session));
    const alone = told.flatMap((one) => (one.kind === 'alone' ? [one.userId] : []));
    if (alone.length > 0) await replays.sendAlone(replayId, alone);
    for (const one of told) if (one.kind === 'later') await replays.putOff(replayId, one);
    await Promise.all(decided.filter(({ outcome }) => outcome === 'acknowledged').map(({ userId }) => settled(userId)));
    return told.find((one) => one.kind === 'stop') ?? null;
  };

  interface Batch {
    replay: Replay;
    rows: ReadonlyMap<Id, SyncRow>;
    due: readonly WaitingResult[];
    signal: AbortSignal;
  }
  const pushTogether = async ({ replay, rows, due, signal }: Batch) => {
    const ids = due.map(({ userId }) => userId);
    const results = await pusher.pushMany(ids, { by: 'replay', force: isForced(replay) }, signal);
    const turnInMs = untilTurn(results.values());
    if (turnInMs !== null) return { kind: 'stop', waitMs: turnInMs, why: 'busy' } as const;
    return keep(
      replay.id,
      [...results].map(([userId, result]) => tell(userId, rows.get(userId), replay.createdAt, result)),
    );
  };
  const pushEach = async ({ replay, rows, due, signal }: Batch) => {
    for (let at = 0; at < due.length; at += pushedAtOnce) {
      const some = due.slice(at, at + pushedAtOnce);
      const ended = await Promise.allSettled(some.map((one) => pushOne(one, isForced(replay), signal)));
      const told = ended.flatMap((one, nth) => {
        const userId = some[nth]?.userId;
        return one.status === 'fulfilled' && userId !== undefined
          ? [tell(userId, rows.get(userId), replay.createdAt, one.value)]
          : [];
      });
      const stop = await keep(replay.id, told);
      const fault = ended.find(({ status }) => status === 'rejected');
      if (fault?.status === 'rejected') throw fault.reason;
      if (stop) return stop;
    }
    return null;
  };

  /** Those on the failed list since before the replay was made. */
  const noteFailed = async ({ id, filter, createdAt }: Replay, signal: AbortSignal) => {
    let before: FailedPosition | null = null;
    for (;;) {
      signal.throwIfAborted();
      const page: SyncRow[] = await syncs.findFailed({ ...filter, until: createdAt }, notedAtOnce, before);
      await replays.note(
        id,
        page.map(({ _id }) => _id),
      );
      const last = page.at(-1);
      if (page.length < notedAtOnce || !last?.lastFailedAt) return;
      before = { lastFailedAt: last.lastFailedAt, id: last._id };
    }
  };
  /** Everybody. Goes on behind whoever was noted last. */
  const noteAll = async ({ id, raise }: Replay, signal: AbortSignal) => {
    let last = await replays.lastNoted(id);
    for (;;) {
      signal.throwIfAborted();
      const page = await syncs.findOpen(notedAtOnce, last);
      // Before they are noted, so that nobody is passed over after a crash; a version that is raised twice does no harm.
      if (raise !== null) await contexts.raise(page, raise, raisedGraceMs);
      await replays.note(id, page);
      last = page.at(-1) ?? last;
      if (page.length < notedAtOnce) return;
    }
  };

  return {
    /** Notes whom the replay is about. Gives their number. */
    async noteReplayed(replayId: Id): Promise<number> {
      const replay = await found(replayId);
      if (replay.total !== null) return replay.total;
      const { cancellationSignal: signal } = Context.current();
      await (replay.scope === 'all' ? noteAll(replay, signal) : noteFailed(replay, signal));
      return replays.finishNoting(replayId);
    },

    async replayBatch(replayId: Id, size: number): Promise<ReplayBatch> {
      const { cancellationSignal: signal } = Context.current();
      const replay = await found(replayId);
      const waiting = await replays.nextWaiting(replayId, pusher.takesMany ? mostUsersOfARequest : size);
      if (waiting.due.length === 0) {
        const after = await counts(replayId);
        if (waiting.nextAt === null) return { kind: 'finished', ...after };
        const waitMs = Math.max(0, waiting.nextAt.getTime() - clock().getTime());
        return { kind: 'wait', why: 'busy', waitMs, ...after };
      }
      const alone = waiting.due.filter((one) => one.alone || !pusher.takesMany).slice(0, size);
      const due = alone.length > 0 ? alone : waiting.due;
      const rows = new Map((await syncs.findMany(due.map(({ userId }) => userId))).map((row) => [row._id, row]));
      const isDismissed = ({ userId }: WaitingResult) => wasDismissed(replay, rows.get(userId));
      await keep(
        replayId,
        due
          .filter(isDismissed)
          .map(({ userId }) => ({ kind: 'decided', result: { userId, outcome: 'dismissed', reason: null } })),
      );
      const push = alone.length > 0 ? pushEach : pushTogether;
      const stop = await push({ replay, rows, due: due.filter((one) => !isDismissed(one)), signal });
      const after = await counts(replayId);
      return stop ? { kind: 'wait', waitMs: stop.waitMs, why: stop.why, ...after } : { kind: 'more', ...after };
    },

    async moveReplay(replayId: Id, state: ReplayState): Promise<void> {
      await replays.move(replayId, state);
    },
  };
}

/** What is acknowledged is sent all the same; a version that was raised is not acknowledged before. */
const isForced = ({ scope, raise }: Replay): boolean => scope === 'all' && raise === null;

/** Since the replay was made: one that is about everybody is also about those who were dismissed before. */
const wasDismissed = ({ scope, createdAt }: Replay, row: SyncRow | undefined): boolean => {
  const at = row?.dismissed?.at ?? null;
  return at !== null && (scope === 'failed' || at >= createdAt);
};

/** A replay had it acknowledged since then, and died before it could write that down. */
const acknowledgedByReplay = ({ recent }: SyncRow, since: Date): boolean =>
  recent.some(({ by, reason, at }) => by === 'replay' && reason === null && at >= since);
