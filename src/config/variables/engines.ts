import * as kind from '../kinds';
import { orNull, setting } from '../documented';

const HOUR_MS = 3_600_000;

export const enginesVariables = {
  mongodbUri: setting(kind.mongoUri(), {
    variable: 'MONGODB_URI',
    secret: true,
    example: 'mongodb://127.0.0.1:27017/palate?replicaSet=palate',
    meaning: 'MongoDB replica set (6.0 or later). `npm start` starts one and passes its address.',
  }),
  mongodbIndexes: setting(kind.oneOf(['build', 'check']), {
    variable: 'MONGODB_INDEXES',
    byDefault: 'check',
    example: 'build',
    meaning:
      'What a start does about indexes and migrations: `build` and run them, or only `check` and refuse to start where they are needed. `npm start` runs them in its own MongoDB; elsewhere run `npm run migrate`.',
  }),
  temporalAddress: setting(kind.hostAndPort(), {
    variable: 'TEMPORAL_ADDRESS',
    example: '127.0.0.1:7233',
    meaning: 'Temporal frontend. `npm start` starts one and passes its address.',
  }),
  temporalNamespace: setting(kind.text(), {
    variable: 'TEMPORAL_NAMESPACE',
    byDefault: 'default',
    example: 'palate.a1b2c',
    meaning: 'Temporal namespace.',
  }),
  temporalTaskQueue: setting(kind.text(), {
    variable: 'TEMPORAL_TASK_QUEUE',
    byDefault: 'palate',
    example: 'palate-staging',
    meaning:
      'Task queue of the workers. Two installations take a namespace each: schedules and runs of all accounts have the same ids in both.',
  }),
  temporalApiKey: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_API_KEY',
    secret: true,
    unset: 'no key is sent',
    example: 'tmprl_0123456789',
    meaning: 'API key of Temporal Cloud; turns TLS on.',
  }),
  temporalTls: setting(orNull(kind.flag()), {
    variable: 'TEMPORAL_TLS',
    unset: 'on with an API key, an authority or a certificate',
    example: 'true',
    meaning: 'Speak TLS with Temporal.',
  }),
  temporalTlsServerCaCertPath: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
    unset: 'the system’s authorities',
    example: '/run/secrets/temporal-ca.pem',
    meaning: 'Certificate authority that signed the server’s certificate (PEM file).',
  }),
  temporalTlsClientCertPath: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_TLS_CLIENT_CERT_PATH',
    unset: 'no client certificate',
    example: '/run/secrets/temporal.pem',
    meaning: 'Client certificate for mTLS (PEM file); needs its key.',
  }),
  temporalTlsClientKeyPath: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_TLS_CLIENT_KEY_PATH',
    unset: 'no client certificate',
    example: '/run/secrets/temporal.key',
    meaning: 'Key of the client certificate (PEM file).',
  }),
  temporalTlsServerName: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_TLS_SERVER_NAME',
    unset: 'the host of TEMPORAL_ADDRESS',
    example: 'temporal.example.com',
    meaning: 'Name expected in the server’s certificate.',
  }),
  temporalUiUrl: setting(orNull(kind.baseUrl()), {
    variable: 'TEMPORAL_UI_URL',
    unset: 'no link',
    example: 'http://127.0.0.1:8233',
    meaning: 'Temporal UI: linked from the page at `/`, where anyone sees the address.',
  }),
  launchSweepMs: setting(kind.wholeNumber(10, HOUR_MS), {
    variable: 'LAUNCH_SWEEP_MS',
    unit: 'ms',
    byDefault: '5000',
    example: '5000',
    meaning: 'How often the workers look for workflows that were recorded but not started.',
  }),
};
