import { z } from 'zod';
import type { Settings } from '../../config/settings';
import { SyncFailureReason } from '../../model/context';
import { recordOf } from '../../model/records';
import type { Circuit } from '../../store/circuits';
import type { Store } from '../../store/store';
import { json, type Route } from '../route';
import { iso } from '../times';

/**
 * How context sync stands, for a person: what the alerts of `deploy/observability` look at, in a sentence.
 *
 * off       no receiver is configured
 * down      nothing is sent, and the oldest change is older than `lateMs`
 * degraded  nothing is sent at the moment, or the oldest change is older than `lateMs`, or accounts are on the failed list, or an erasure
 *           waits for longer than `erasureLateMs`
 * ok        none of these
 */
export interface SyncHealthDeps {
  readonly settings: Pick<
    Settings,
    'flaskAiBaseUrl' | 'contextSyncMode' | 'contextSyncBatchUrl' | 'contextSyncSweepMs'
  >;
  readonly store: Pick<Store, 'circuits' | 'contextSyncFigures' | 'erasures' | 'mlModels'>;
  readonly clock: () => Date;
}

/** The alerts about the lag and about erasures have the same bounds; a test compares them. */
export const lateMs = 300_000;
export const erasureLateMs = 3_600_000;

const time = z.string().nullable();
const HealthView = z
  .object({
    status: z.enum(['ok', 'degraded', 'down', 'off']),
    sentence: z.string().meta({ description: 'What is the matter and what to do, for a person' }),
    lag_seconds: z.number().meta({
      description:
        'Age of the oldest change that is not acknowledged, without accounts on the failed list; 0: there is none',
    }),
    oldest_change_at: time,
    backlog: z
      .number()
      .int()
      .meta({ description: 'Accounts with a change that is not acknowledged, without those on the failed list' }),
    failed: z.object({
      total: z.number().int().meta({ description: 'Accounts on the failed list; dismissed ones are not on it' }),
      by_reason: z.record(z.string(), z.number().int()),
      lag_seconds: z.number().meta({ description: 'Age of the oldest change of theirs; 0: there is none' }),
      oldest_change_at: time,
    }),
    erasures: z.object({
      waiting: z
        .number()
        .int()
        .meta({ description: 'Erasures that are done here, and that the ML service has not confirmed' }),
      oldest_waiting_seconds: z.number().meta({ description: 'For how long the oldest waits; 0: there is none' }),
      oldest_waiting_since: time,
    }),
    circuit: z.object({
      state: z.enum(['closed', 'open', 'probing']),
      until: time.meta({ description: 'No request before; of a probe: it has ended by then' }),
      why: z.string().nullable(),
    }),
    last_acknowledged_at: time,
    receiver: z.object({
      configured: z.boolean(),
      mode: z.enum(['full', 'delta']),
      batch: z.boolean().meta({ description: 'It takes many users a request' }),
      models: z
        .array(z.object({ model: z.string(), version: z.string().nullable(), updated_at: z.string() }))
        .meta({ description: 'Its models, as it told of them; the one that changed last first' }),
    }),
    sweep_ms: z.number().int().meta({ description: 'Time between two looks for changes that nobody sends' }),
  })
  .meta({ id: 'ContextSyncHealth' });
type Status = z.infer<typeof HealthView>['status'];

const accounts = (count: number) => (count === 1 ? '1 account' : `${count} accounts`);
const ageMs = (since: Date | null, now: Date) => (since === null ? 0 : Math.max(0, now.getTime() - since.getTime()));
const lasting = (ms: number) => {
  const s = Math.round(ms / 1000);
  return s < 120 ? `${s} s` : `${Math.floor(s / 60)} minutes`;
};

interface Seen {
  configured: boolean;
  backlog: number;
  failed: number;
  failedLagMs: number;
  lagMs: number;
  circuit: Circuit;
  waiting: number;
  longestWaitMs: number;
}

function judge({ configured, backlog, failed, failedLagMs, lagMs, circuit, waiting, longestWaitMs }: Seen): {
  status: Status;
  sentence: string;
} {
  const onTheList = `${accounts(failed)} on the failed list, the oldest change ${lasting(failedLagMs)} old: mend what they failed of, then replay or dismiss them.`;
  const unconfirmed = `${waiting === 1 ? '1 erasure waits' : `${waiting} erasures wait`} for the ML service to confirm that it has forgotten the account, for up to ${lasting(longestWaitMs)}: GET /api/support/erasures says why.`;
  if (!configured) {
    const sentence = `No ML service is configured (FLASK_AI_BASE_URL): changes of ${accounts(backlog)} are kept, and sent once one is.`;
    const more = [...(failed > 0 ? [onTheList] : []), ...(waiting > 0 ? [unconfirmed] : [])];
    return { status: 'off', sentence: [sentence, ...more].join(' ') };
  }
  const late = lagMs > lateMs;
  const faults: string[] = [];
  if (circuit.state !== 'closed') {
    const until = circuit.until === null ? '' : ` until ${circuit.until.toISOString()}`;
    const left = circuit.state === 'probing' ? 'is being tried again' : `is left alone${until}`;
    faults.push(
      `The ML service ${left}, as it failed: ${circuit.why ?? 'it did not say how.'} Changes are kept meanwhile.`,
    );
    if (late) faults.push(`The oldest has waited for ${lasting(lagMs)}.`);
  } else if (late)
    faults.push(
      `The oldest change has waited for ${lasting(lagMs)} although the ML service is called: look at /health whether Temporal and a worker are there, and whether pushes fail.`,
    );
  const underWay = `${accounts(backlog)} with changes under way, the oldest ${lasting(lagMs)} old.`;
  const listed = failed > 0 || longestWaitMs > erasureLateMs;
  // What is listed says nothing of those behind: whoever mends it asks next whether anybody else waits.
  if (faults.length === 0 && listed && backlog > 0) faults.push(underWay);
  if (failed > 0) faults.push(onTheList);
  const told = waiting > 0 ? [unconfirmed] : [];
  if (faults.length > 0 || listed)
    return {
      status: late && circuit.state !== 'closed' ? 'down' : 'degraded',
      sentence: [...faults, ...told].join(' '),
    };
  const well = backlog === 0 ? 'The ML service acknowledged every change.' : underWay;
  return { status: 'ok', sentence: [well, ...told].join(' ') };
}

export const syncHealthRoutes = ({ settings, store, clock }: SyncHealthDeps): Route[] => [
  json(
    {
      method: 'get',
      path: '/api/ml/sync/health',
      access: 'support',
      tag: 'context',
      summary: 'How far the ML service is behind, and why',
      responses: { 200: HealthView },
    },
    async () => {
      const [figures, circuit, lastAcknowledgedAt, models, erasures] = await Promise.all([
        store.contextSyncFigures.read(),
        store.circuits.find('context_receiver'),
        store.contextSyncFigures.lastAcknowledgedAt(),
        store.mlModels.latest(),
        store.erasures.waiting(),
      ]);
      const { oldestChangeAt, oldestFailedChangeAt, backlog } = figures;
      const now = clock();
      const lagMs = ageMs(oldestChangeAt, now);
      const failedLagMs = ageMs(oldestFailedChangeAt, now);
      const longestWaitMs = ageMs(erasures.oldestSince, now);
      const byReason = recordOf(SyncFailureReason.options, (reason) => figures.failed[reason] ?? 0);
      const failed = Object.values(byReason).reduce((total, count) => total + count, 0);
      const configured = settings.flaskAiBaseUrl !== null;
      return {
        ...judge({ configured, backlog, failed, failedLagMs, lagMs, circuit, waiting: erasures.count, longestWaitMs }),
        lag_seconds: lagMs / 1000,
        oldest_change_at: iso(oldestChangeAt),
        backlog,
        failed: {
          total: failed,
          by_reason: byReason,
          lag_seconds: failedLagMs / 1000,
          oldest_change_at: iso(oldestFailedChangeAt),
        },
        erasures: {
          waiting: erasures.count,
          oldest_waiting_seconds: longestWaitMs / 1000,
          oldest_waiting_since: iso(erasures.oldestSince),
        },
        circuit: { state: circuit.state, until: iso(circuit.until), why: circuit.why },
        last_acknowledged_at: iso(lastAcknowledgedAt),
        receiver: {
          configured,
          mode: settings.contextSyncMode,
          batch: settings.contextSyncBatchUrl !== null,
          models: models.map(({ model, version, updatedAt }) => ({
            model,
            version,
            updated_at: updatedAt.toISOString(),
          })),
        },
        sweep_ms: settings.contextSyncSweepMs,
      };
    },
  ),
];
