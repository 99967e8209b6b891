import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { SyncFailureReason, SyncSender } from '../model/context';
import { inTime } from './inTime';

/** How context sync stands, of all accounts. */
export interface ContextSyncSeen {
  readonly backlog: number;
  readonly oldestChangeAt: Date | null;
  readonly failed: Readonly<Partial<Record<SyncFailureReason, number>>>;
  readonly oldestFailedChangeAt: Date | null;
}

/** Erasures that wait for the ML service. */
export interface WaitingErasuresSeen {
  readonly count: number;
  readonly oldestSince: Date | null;
}

/** One call about one account. */
export interface PushSeen {
  readonly by: SyncSender;
  /** Null: acknowledged. */
  readonly reason: SyncFailureReason | null;
  readonly ms: number;
}

/**
 * The numbers of context sync. A process without a receiver shows none of them: that nothing is acknowledged is then as it should be.
 * Erasures are counted with and without: that there is no receiver any more may be what they wait for.
 * Gauges are those of all accounts in each process; `NaN` says that MongoDB did not answer.
 */
export function createContextMetrics(registers: Registry[]) {
  let seen: { read: () => Promise<ContextSyncSeen>; clock: () => Date } | undefined;
  /** Undefined: there is no receiver; null: nobody knows. */
  const look = async () => seen && inTime(seen.read());
  let erasures: { read: () => Promise<WaitingErasuresSeen>; clock: () => Date } | undefined;
  const lookAtErasures = async () => erasures && inTime(erasures.read());

  const pushes = new Counter({
    name: 'palate_context_pushes_total',
    help: 'Contexts sent to the ML service, by outcome (acknowledged, failed), reason of the failure (none) and sender',
    labelNames: ['outcome', 'reason', 'by'] as const,
    registers,
  });
  const pushSeconds = new Histogram({
    name: 'palate_context_push_seconds',
    help: 'Time until the ML service acknowledged a context, or the attempt failed',
    labelNames: ['outcome'] as const,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40],
    registers,
  });
  const ageGauge = (name: string, help: string, since: (figures: ContextSyncSeen) => Date | null) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const figures = await look();
        if (figures !== undefined) this.set(figures === null ? Number.NaN : ageS(since(figures), seen?.clock));
      },
    });
  const lag = ageGauge(
    'palate_context_lag_seconds',
    'Age of the oldest change that the ML service has not acknowledged, of accounts that are not on the failed list',
    ({ oldestChangeAt }) => oldestChangeAt,
  );
  const failedLag = ageGauge(
    'palate_context_failed_lag_seconds',
    'Age of the oldest change that the ML service has not acknowledged, of accounts on the failed list',
    ({ oldestFailedChangeAt }) => oldestFailedChangeAt,
  );
  const backlog = new Gauge({
    name: 'palate_context_backlog',
    help: 'Accounts with a change that the ML service has not acknowledged, without those on the failed list',
    registers,
    async collect() {
      const figures = await look();
      if (figures !== undefined) this.set(figures?.backlog ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'palate_context_failed',
    help: 'Accounts on the failed list, by reason of the last failure',
    labelNames: ['reason'] as const,
    registers,
    async collect() {
      const figures = await look();
      if (figures === undefined) return;
      for (const reason of SyncFailureReason.options)
        this.set({ reason }, figures === null ? Number.NaN : (figures.failed[reason] ?? 0));
    },
  });
  const waitingErasures = new Gauge({
    name: 'palate_context_erasures_waiting',
    help: 'Erasures that are done here, and that the ML service has not confirmed',
    registers,
    async collect() {
      const found = await lookAtErasures();
      if (found !== undefined) this.set(found?.count ?? Number.NaN);
    },
  });
  const erasureWait = new Gauge({
    name: 'palate_context_erasure_wait_seconds',
    help: 'For how long the oldest of the erasures waits that the ML service has not confirmed',
    registers,
    async collect() {
      const found = await lookAtErasures();
      if (found !== undefined) this.set(found === null ? Number.NaN : ageS(found.oldestSince, erasures?.clock));
    },
  });
  // A gauge without labels begins as 0, which would say that nothing is late.
  for (const gauge of [lag, failedLag, backlog, waitingErasures, erasureWait]) gauge.remove();

  return {
    /** There is a receiver: `read` is called four times whenever somebody looks here. */
    watch(read: () => Promise<ContextSyncSeen>, clock: () => Date) {
      seen = { read, clock };
    },
    /** `read` is called twice whenever somebody looks here. */
    watchErasures(read: () => Promise<WaitingErasuresSeen>, clock: () => Date) {
      erasures = { read, clock };
    },
    /** This process pushes: what has not happened yet is 0 from the start, as a rate needs something to rise from. */
    beginPushes() {
      for (const by of SyncSender.options)
        for (const reason of [null, ...SyncFailureReason.options]) pushes.inc(labelsOf(by, reason), 0);
    },
    pushed({ by, reason, ms }: PushSeen) {
      const labels = labelsOf(by, reason);
      pushes.inc(labels);
      pushSeconds.observe({ outcome: labels.outcome }, ms / 1000);
    },
  };
}

/** Seconds; 0 where there is none. */
const ageS = (since: Date | null, clock: (() => Date) | undefined) =>
  since === null || clock === undefined ? 0 : Math.max(0, clock().getTime() - since.getTime()) / 1000;

const labelsOf = (by: SyncSender, reason: SyncFailureReason | null) => ({
  outcome: reason === null ? 'acknowledged' : 'failed',
  reason: reason ?? 'none',
  by,
});
