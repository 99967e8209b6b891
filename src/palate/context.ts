import { createContextPusher, type ContextPusher } from '../activities/context/push';
import type { Circuits } from '../activities/outbound/circuits';
import { wakeContext, type ContextRuns } from '../launches/contextChanges';
import { syncDue } from '../messages/context';
import { createHttpReceiver, type ContextReceiver } from '../services/contextReceiver';
import { startContextSweep, type ContextSweep } from '../worker/contextSweep';
import { observeCalls, type Base } from './base';

/** The receiver of the settings; null where none is configured. */
export function openReceiver({ settings, metrics }: Pick<Base, 'settings' | 'metrics'>): ContextReceiver | null {
  if (settings.flaskAiBaseUrl === null) return null;
  return createHttpReceiver({
    baseUrl: settings.flaskAiBaseUrl,
    path: settings.contextSyncPath,
    batchUrl: settings.contextSyncBatchUrl,
    secrets: settings.internalHmacSecret ?? [],
    timeoutMs: settings.contextSyncTimeoutMs,
    // The circuit believes it for as long.
    retryAfterCapMs: settings.circuitOpenMaxMs,
    onCall: observeCalls(metrics),
  });
}

/** Slow start after an outage. */
const rampMs = 30_000;

export function openPusher(
  { settings, store, clock, metrics }: Pick<Base, 'settings' | 'store' | 'clock' | 'metrics'>,
  receiver: ContextReceiver | null,
  circuits: Circuits,
): ContextPusher {
  if (receiver !== null) metrics.context.beginPushes();
  return createContextPusher({
    receiver,
    syncs: store.contextSyncs,
    snapshots: store.contextSnapshots,
    paces: store.paces,
    circuits,
    clock,
    onPush: (told) => metrics.context.pushed(told),
    settings: {
      mode: settings.contextSyncMode,
      timeoutMs: settings.contextSyncTimeoutMs,
      attempts: settings.contextSyncMaxAttempts,
      // The sweep sends it, and whoever was slow to take an older version in has done so by then.
      confirmMs: settings.contextSyncSweepMs,
      pace: { perSecond: settings.contextSyncMaxRps, rampMs },
    },
  });
}

const wakesAtOnce = 8;

export const openSweep = (
  { settings, store, clock, log }: Pick<Base, 'settings' | 'store' | 'clock' | 'log'>,
  runs: ContextRuns,
  pusher: ContextPusher,
): ContextSweep =>
  startContextSweep({
    syncs: store.contextSyncs,
    circuits: store.circuits,
    pusher,
    wake: (userId) => wakeContext(runs, userId, syncDue),
    sweepMs: settings.contextSyncSweepMs,
    width: wakesAtOnce,
    clock,
    onError: (error) => log.warn({ err: error }, 'the sweep could not wake everyone who is behind; it looks again'),
  });
