import * as kind from '../kinds';
import { orNull, setting } from '../documented';

const ms = (min: number) => kind.wholeNumber(min, 86_400_000);

export const contextVariables = {
  nodeInternalKey: setting(orNull(kind.list((entry) => entry, 'must be one or two keys, comma separated')), {
    variable: 'NODE_INTERNAL_KEY',
    secret: true,
    unset: 'internal routes answer 401 to everyone',
    example: 'b2f0c1d4e5a6978877665544332211ffeeddccbbaa',
    meaning:
      'Key that internal routes ask for in `x-internal-key`. Two, comma separated, for rotation: both are valid.',
  }),
  internalHmacSecret: setting(orNull(kind.list((entry) => entry, 'must be one or two secrets, comma separated')), {
    variable: 'INTERNAL_HMAC_SECRET',
    secret: true,
    unset: 'required with FLASK_AI_BASE_URL',
    example: '7c9e6679f4b2d1a05e8833c1bb47aa90',
    meaning:
      'Signs what is sent to the ML service, and checks what it sends. Two, comma separated, for rotation: the first signs, both verify.',
  }),
  flaskAiBaseUrl: setting(orNull(kind.baseUrl()), {
    variable: 'FLASK_AI_BASE_URL',
    unset: 'context sync is off; changes are kept, and sent once it is set',
    example: 'https://ml.example.com',
    meaning: 'ML service that is told the latest context of every user. https only in production.',
  }),
  contextSyncPath: setting(kind.path(), {
    variable: 'CONTEXT_SYNC_PATH',
    byDefault: '/internal/sync-user',
    example: '/internal/sync-user',
    meaning: 'Path there that takes the context of one user.',
  }),
  contextSyncMode: setting(kind.oneOf(['full', 'delta']), {
    variable: 'CONTEXT_SYNC_MODE',
    byDefault: 'full',
    example: 'full',
    meaning: '`delta` sends only the sections that changed since the acknowledged version, and the whole after a 409.',
  }),
  contextSyncBatchUrl: setting(orNull(kind.baseUrl()), {
    variable: 'CONTEXT_SYNC_BATCH_URL',
    unset: 'one user a request',
    example: 'https://ml.example.com/internal/sync-users',
    meaning: 'Address that takes up to 100 users and 1 MiB a request; used by the sweep and by replays.',
  }),
  contextSyncDebounceMs: setting(ms(0), {
    variable: 'CONTEXT_SYNC_DEBOUNCE_MS',
    unit: 'ms',
    byDefault: '1000',
    example: '1000',
    meaning: 'Quiet time after a change before it is sent, so that a flurry of changes becomes one push.',
  }),
  contextSyncMaxWaitMs: setting(ms(0), {
    variable: 'CONTEXT_SYNC_MAX_WAIT_MS',
    unit: 'ms',
    byDefault: '5000',
    example: '5000',
    meaning: 'Longest such wait for someone who goes on changing things.',
  }),
  contextSyncTimeoutMs: setting(kind.wholeNumber(50, 20_000), {
    variable: 'CONTEXT_SYNC_TIMEOUT_MS',
    unit: 'ms',
    byDefault: '5000',
    example: '5000',
    meaning: 'Time limit of one call to the ML service.',
  }),
  contextSyncMaxAttempts: setting(kind.wholeNumber(1, 100), {
    variable: 'CONTEXT_SYNC_MAX_ATTEMPTS',
    byDefault: '8',
    example: '8',
    meaning:
      'Attempts before a sync is on the failed list, where support replays it; the next change tries again, too.',
  }),
  contextSyncRetryMs: setting(ms(1), {
    variable: 'CONTEXT_SYNC_RETRY_MS',
    unit: 'ms',
    byDefault: '1000',
    example: '1000',
    meaning: 'Wait before the second attempt; doubles with each one, with jitter.',
  }),
  contextSyncSweepMs: setting(ms(50), {
    variable: 'CONTEXT_SYNC_SWEEP_MS',
    unit: 'ms',
    byDefault: '30000',
    example: '30000',
    meaning:
      'Time between two looks for changes that nobody is sending: a wake-up was lost, or the ML service was away.',
  }),
  contextSyncIdleMs: setting(ms(50), {
    variable: 'CONTEXT_SYNC_IDLE_MS',
    unit: 'ms',
    byDefault: '600000',
    example: '600000',
    meaning: 'Quiet time after which the run of a user closes; the next change starts another.',
  }),
  contextSyncMaxRps: setting(kind.decimal(0.1, 10_000), {
    variable: 'CONTEXT_SYNC_MAX_RPS',
    byDefault: '50',
    example: '50',
    meaning: 'Most requests a second to the ML service, of all replicas together; reached slowly after an outage.',
  }),
};
