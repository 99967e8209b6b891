import { z } from 'zod';
import * as kind from './kinds';

/**
 * Every variable Palate reads, once.
 *
 * S1  A field is the camel-case name of its variable, with a unit or a plural where the variable has none.
 * S2  `byDefault` is written as a person would set it and parsed like anything else, so the documented default is the one in force.
 * S3  Without `byDefault` a field is required, unless it may be null: then `unset` says what happens without it.
 * S4  `example` is always valid; a test parses it.
 */
export interface SettingDoc {
  variable: string;
  group:
    'Process' | 'Engines' | 'Objects' | 'Accounts and secrets' | 'Requests' | 'Photos' | 'Classifiers' | 'Food data';
  meaning: string;
  example: string;
  byDefault?: string;
  unset?: string;
  unit?: 'ms' | 's' | 'minutes' | 'days' | 'MB';
  secret?: true;
}

export const documented = z.registry<SettingDoc>();

const setting = <S extends z.ZodType>(schema: S, doc: SettingDoc): S => {
  documented.add(schema, doc);
  return schema;
};
const orNull = <S extends z.ZodType>(schema: S) => schema.nullable().default(null);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const fdcDataTypes = ['Survey (FNDDS)', 'Foundation', 'SR Legacy', 'Branded', 'Experimental'] as const;

export const SettingsSchema = z.object({
  nodeEnv: setting(kind.oneOf(['development', 'test', 'production']), {
    variable: 'NODE_ENV',
    group: 'Process',
    byDefault: 'development',
    example: 'production',
    meaning: 'In `production` weak secrets and a public address without https are refused.',
  }),
  palateRole: setting(kind.oneOf(['all', 'api', 'worker', 'trainer']), {
    variable: 'PALATE_ROLE',
    group: 'Process',
    byDefault: 'all',
    example: 'api',
    meaning: 'What this process does: `api`, `worker`, `trainer`, or `all` (API and worker in one process).',
  }),
  palateHome: setting(kind.text(), {
    variable: 'PALATE_HOME',
    group: 'Process',
    byDefault: '.palate',
    example: '/var/lib/palate',
    meaning: 'Folder of the embedded state: data of the engines, objects, secrets.',
  }),
  logLevel: setting(kind.oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), {
    variable: 'LOG_LEVEL',
    group: 'Process',
    byDefault: 'info',
    example: 'debug',
    meaning: 'Least severe level that is logged.',
  }),
  metricsPort: setting(kind.wholeNumber(0, 65_535), {
    variable: 'METRICS_PORT',
    group: 'Process',
    byDefault: '9464',
    example: '9464',
    meaning:
      'Port of `/metrics` and `/health/live` of every process, on 127.0.0.1; the API also serves both. 0 takes any free port.',
  }),

  mongodbUri: setting(kind.mongoUri(), {
    variable: 'MONGODB_URI',
    group: 'Engines',
    secret: true,
    example: 'mongodb://127.0.0.1:27017/palate?replicaSet=palate',
    meaning: 'MongoDB replica set (6.0 or later). `npm start` starts one and passes its address.',
  }),
  temporalAddress: setting(kind.hostAndPort(), {
    variable: 'TEMPORAL_ADDRESS',
    group: 'Engines',
    example: '127.0.0.1:7233',
    meaning: 'Temporal frontend. `npm start` starts one and passes its address.',
  }),
  temporalNamespace: setting(kind.text(), {
    variable: 'TEMPORAL_NAMESPACE',
    group: 'Engines',
    byDefault: 'default',
    example: 'palate.a1b2c',
    meaning: 'Temporal namespace.',
  }),
  temporalApiKey: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_API_KEY',
    group: 'Engines',
    secret: true,
    unset: 'no key is sent',
    example: 'tmprl_0123456789',
    meaning: 'API key of Temporal Cloud; turns TLS on.',
  }),
  temporalTls: setting(orNull(kind.flag()), {
    variable: 'TEMPORAL_TLS',
    group: 'Engines',
    unset: 'on with an API key or a certificate',
    example: 'true',
    meaning: 'Speak TLS with Temporal.',
  }),
  temporalTlsServerCaCertPath: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
    group: 'Engines',
    unset: 'the system’s authorities',
    example: '/run/secrets/temporal-ca.pem',
    meaning: 'Certificate authority that signed the server’s certificate (PEM file).',
  }),
  temporalTlsClientCertPath: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_TLS_CLIENT_CERT_PATH',
    group: 'Engines',
    unset: 'no client certificate',
    example: '/run/secrets/temporal.pem',
    meaning: 'Client certificate for mTLS (PEM file); needs its key.',
  }),
  temporalTlsClientKeyPath: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_TLS_CLIENT_KEY_PATH',
    group: 'Engines',
    unset: 'no client certificate',
    example: '/run/secrets/temporal.key',
    meaning: 'Key of the client certificate (PEM file).',
  }),
  temporalTlsServerName: setting(orNull(kind.text()), {
    variable: 'TEMPORAL_TLS_SERVER_NAME',
    group: 'Engines',
    unset: 'the host of TEMPORAL_ADDRESS',
    example: 'temporal.example.com',
    meaning: 'Name expected in the server’s certificate.',
  }),
  temporalUiUrl: setting(orNull(kind.baseUrl()), {
    variable: 'TEMPORAL_UI_URL',
    group: 'Engines',
    unset: 'no links to runs',
    example: 'http://127.0.0.1:8233',
    meaning: 'Temporal UI, for the links to runs shown to operators.',
  }),
  launchSweepMs: setting(kind.wholeNumber(10, HOUR_MS), {
    variable: 'LAUNCH_SWEEP_MS',
    group: 'Engines',
    unit: 'ms',
    byDefault: '5000',
    example: '5000',
    meaning: 'How often the workers look for workflows that were recorded but not started.',
  }),

  storageBackend: setting(
    kind.oneOf(['file', 'sqlite', 'aws']).transform((name) => (name === 'aws' ? 'aws' : 'file')),
    {
      variable: 'STORAGE_BACKEND',
      group: 'Objects',
      byDefault: 'file',
      example: 'aws',
      meaning: 'Where pictures and uploads are kept: `file` (`sqlite` means the same) or `aws` (any S3 server).',
    },
  ),
  uploadsDir: setting(orNull(kind.text()), {
    variable: 'UPLOADS_DIR',
    group: 'Objects',
    unset: '`objects` under PALATE_HOME',
    example: '/var/lib/palate/objects',
    meaning: 'Folder of the `file` backend. API and workers must see the same one.',
  }),
  awsBucketName: setting(orNull(kind.text()), {
    variable: 'AWS_BUCKET_NAME',
    group: 'Objects',
    unset: 'required by `aws`',
    example: 'palate-objects',
    meaning: 'Bucket.',
  }),
  awsRegion: setting(orNull(kind.text()), {
    variable: 'AWS_REGION',
    group: 'Objects',
    unset: 'required by `aws`',
    example: 'eu-west-1',
    meaning: 'Region of the bucket.',
  }),
  awsS3Endpoint: setting(orNull(kind.baseUrl()), {
    variable: 'AWS_S3_ENDPOINT',
    group: 'Objects',
    unset: 'Amazon’s own',
    example: 'http://127.0.0.1:7070',
    meaning: 'Another S3 server; addressed by path (`/bucket/key`).',
  }),
  awsS3Acl: setting(kind.oneOf(['private', 'bucket-owner-full-control', 'none']), {
    variable: 'AWS_S3_ACL',
    group: 'Objects',
    byDefault: 'private',
    example: 'none',
    meaning:
      'ACL of new objects; `none` sends none (buckets that refuse ACLs). Public ones are refused: pictures are served by signed URLs.',
  }),
  awsAccessKeyId: setting(orNull(kind.text()), {
    variable: 'AWS_ACCESS_KEY_ID',
    group: 'Objects',
    secret: true,
    unset: 'the SDK’s usual chain',
    example: 'AKIAIOSFODNN7EXAMPLE',
    meaning: 'Access key; goes with its secret.',
  }),
  awsSecretAccessKey: setting(orNull(kind.text()), {
    variable: 'AWS_SECRET_ACCESS_KEY',
    group: 'Objects',
    secret: true,
    unset: 'the SDK’s usual chain',
    example: 'wJalrXUtnFEMIK7MDENGbPxRfiCY',
    meaning: 'Secret of the access key.',
  }),
  awsSessionToken: setting(orNull(kind.text()), {
    variable: 'AWS_SESSION_TOKEN',
    group: 'Objects',
    secret: true,
    unset: 'no session',
    example: 'IQoJb3JpZ2luX2VjEXAMPLE',
    meaning: 'Session token of temporary credentials.',
  }),

  jwtSecrets: setting(
    kind.list((entry) => entry, 'must be one or more secrets, comma separated'),
    {
      variable: 'JWT_SECRET',
      group: 'Accounts and secrets',
      secret: true,
      example: 'jR4vT0cQm8sY2nLxW6bZ1kHd5fGp9aUe',
      meaning:
        'Signs access tokens. Several, comma separated, for rotation: the first signs, all verify. `npm start` makes and keeps one.',
    },
  ),
  jwtAccessMinutes: setting(kind.wholeNumber(1, 1440), {
    variable: 'JWT_ACCESS_MINUTES',
    group: 'Accounts and secrets',
    unit: 'minutes',
    byDefault: '30',
    example: '30',
    meaning: 'Life of an access token at the doors that can refresh (`/api/auth/*`, `/api/v1/users/*`).',
  }),
  jwtExpirationMinutes: setting(kind.wholeNumber(1, 43_200), {
    variable: 'JWT_EXPIRATION_MINUTES',
    group: 'Accounts and secrets',
    unit: 'minutes',
    byDefault: '1440',
    example: '1440',
    meaning: 'Life of an access token at the doors whose clients cannot refresh (`/login`, `/signup`, `/auth/*`).',
  }),
  jwtRefreshDays: setting(kind.wholeNumber(1, 90), {
    variable: 'JWT_REFRESH_DAYS',
    group: 'Accounts and secrets',
    unit: 'days',
    byDefault: '7',
    example: '7',
    meaning: 'Life of a refresh token; each use replaces it.',
  }),
  palateEncryptionKeys: setting(kind.encryptionKeys(), {
    variable: 'PALATE_ENCRYPTION_KEYS',
    group: 'Accounts and secrets',
    secret: true,
    example: 'q83vEjRWeJCrze8SNFZ4kBEiM0RVZneImaq7zN3u/wA=',
    meaning:
      'Keys for stored secrets: base64 of 32 bytes each, comma separated. The first encrypts, all decrypt. `npm start` makes and keeps one.',
  }),

  port: setting(kind.wholeNumber(0, 65_535), {
    variable: 'PORT',
    group: 'Requests',
    byDefault: '3000',
    example: '3000',
    meaning: 'Port of the API. 0 takes any free port.',
  }),
  host: setting(kind.text(), {
    variable: 'HOST',
    group: 'Requests',
    byDefault: '127.0.0.1',
    example: '0.0.0.0',
    meaning: 'Address the API listens on; the image sets 0.0.0.0.',
  }),
  publicUrl: setting(orNull(kind.baseUrl()), {
    variable: 'PUBLIC_URL',
    group: 'Requests',
    unset: 'the address the API listens on; required in production',
    example: 'https://palate.example.com',
    meaning: 'How clients reach the API; begins every absolute link. https in production, except on this machine.',
  }),
  trustProxy: setting(kind.trustedProxies(), {
    variable: 'TRUST_PROXY',
    group: 'Requests',
    byDefault: 'false',
    example: '1',
    meaning:
      'Proxies whose `X-Forwarded-For` is believed: `false`, how many are in front, or their addresses (`loopback, 10.0.0.0/8`).',
  }),
  corsOrigins: setting(kind.origins(), {
    variable: 'CORS_ORIGINS',
    group: 'Requests',
    byDefault: '*',
    example: 'https://app.example.com,null',
    meaning:
      'Origins of browser clients: `*` (any, without credentials) or a list (with credentials). `null` is the origin of a page opened from a file.',
  }),
  rateLimitMax: setting(kind.wholeNumber(1, 10_000_000), {
    variable: 'RATE_LIMIT_MAX',
    group: 'Requests',
    byDefault: '100',
    example: '600',
    meaning:
      'Requests in a window for each account (address when anonymous). Raising it lifts every general limit; health and pictures are exempt.',
  }),
  rateLimitWindowMs: setting(kind.wholeNumber(1000, HOUR_MS), {
    variable: 'RATE_LIMIT_WINDOW_MS',
    group: 'Requests',
    unit: 'ms',
    byDefault: '60000',
    example: '60000',
    meaning: 'Length of that window.',
  }),

  photoMaxMb: setting(kind.decimal(0.1, 100), {
    variable: 'PHOTO_MAX_MB',
    group: 'Photos',
    unit: 'MB',
    byDefault: '20',
    example: '20',
    meaning: 'Largest picture that is accepted (1 MB = 1,000,000 bytes).',
  }),
  predictWaitMs: setting(kind.wholeNumber(0, 300_000), {
    variable: 'PREDICT_WAIT_MS',
    group: 'Photos',
    unit: 'ms',
    byDefault: '25000',
    example: '25000',
    meaning: 'How long a photo request waits for its analysis before it answers 202.',
  }),
  photoClassifyRetryMs: setting(kind.wholeNumber(1, 60_000), {
    variable: 'PHOTO_CLASSIFY_RETRY_MS',
    group: 'Photos',
    unit: 'ms',
    byDefault: '500',
    example: '500',
    meaning: 'First delay before a classifier that failed is asked again while the request waits; doubles.',
  }),
  photoClassifyAttempts: setting(kind.wholeNumber(1, 20), {
    variable: 'PHOTO_CLASSIFY_ATTEMPTS',
    group: 'Photos',
    byDefault: '4',
    example: '4',
    meaning: 'How often it is asked while the request waits.',
  }),
  photoReaskMs: setting(kind.wholeNumber(1, DAY_MS), {
    variable: 'PHOTO_REASK_MS',
    group: 'Photos',
    unit: 'ms',
    byDefault: '60000',
    example: '60000',
    meaning: 'After that: first delay before a photo without a label is shown to the classifier again; doubles.',
  }),
  photoReaskMaxMs: setting(kind.wholeNumber(1, DAY_MS), {
    variable: 'PHOTO_REASK_MAX_MS',
    group: 'Photos',
    unit: 'ms',
    byDefault: '3600000',
    example: '3600000',
    meaning: 'Longest of those delays.',
  }),
  photoReaskForMs: setting(kind.wholeNumber(0, 30 * DAY_MS), {
    variable: 'PHOTO_REASK_FOR_MS',
    group: 'Photos',
    unit: 'ms',
    byDefault: '86400000',
    example: '86400000',
    meaning: 'How long in all a photo waits for a classifier; then only its owner can label it.',
  }),
  photoReapMs: setting(kind.wholeNumber(1000, DAY_MS), {
    variable: 'PHOTO_REAP_MS',
    group: 'Photos',
    unit: 'ms',
    byDefault: '300000',
    example: '300000',
    meaning:
      'How often photos past their time (anonymous ones, tombstones, abandoned uploads) are removed with their objects.',
  }),

  hfSpaceUrl: setting(kind.baseUrl(), {
    variable: 'HF_SPACE_URL',
    group: 'Classifiers',
    byDefault: 'https://router.huggingface.co/hf-inference/models/nateraw/food',
    example: 'https://router.huggingface.co/hf-inference/models/nateraw/food',
    meaning:
      'Hugging Face model that names the dish. Setting it turns the classifier on, even without a token; `api-inference` addresses become the router’s.',
  }),
  hfApiToken: setting(orNull(kind.text()), {
    variable: 'HF_API_TOKEN',
    group: 'Classifiers',
    secret: true,
    unset: 'off, unless HF_SPACE_URL is set',
    example: 'hf_0123456789abcdef',
    meaning: 'Hugging Face token; turns the classifier on.',
  }),
  hfConfidenceThreshold: setting(kind.decimal(0, 1), {
    variable: 'HF_CONFIDENCE_THRESHOLD',
    group: 'Classifiers',
    byDefault: '0.5',
    example: '0.5',
    meaning: 'Least confidence (0 to 1) for a label to count.',
  }),
  hfRejectionStatusCode: setting(kind.wholeNumber(200, 499), {
    variable: 'HF_REJECTION_STATUS_CODE',
    group: 'Classifiers',
    byDefault: '200',
    example: '422',
    meaning: 'HTTP status of the answer to a photo below the threshold (200, or 400 to 499).',
  }),
  hfSpaceTimeoutMs: setting(kind.secondsAsMs(0.05, 120), {
    variable: 'HF_SPACE_TIMEOUT',
    group: 'Classifiers',
    unit: 's',
    byDefault: '15',
    example: '15',
    meaning: 'Time limit of one call to a classifier.',
  }),
  mlServiceUrl: setting(orNull(kind.baseUrl()), {
    variable: 'ML_SERVICE_URL',
    group: 'Classifiers',
    unset: 'none',
    example: 'http://127.0.0.1:5000/predict',
    meaning: 'Second classifier, asked when the first cannot speak.',
  }),
  mlServiceApiKey: setting(orNull(kind.text()), {
    variable: 'ML_SERVICE_API_KEY',
    group: 'Classifiers',
    secret: true,
    unset: 'no key is sent',
    example: 'ml_0123456789',
    meaning: 'Key of the second classifier.',
  }),

  fdcBaseUrl: setting(kind.baseUrl('/fdc/v1'), {
    variable: 'FDC_BASE_URL',
    group: 'Food data',
    byDefault: 'https://api.nal.usda.gov/fdc/v1',
    example: 'https://api.nal.usda.gov/fdc/v1',
    meaning: 'USDA FoodData Central; ends in `/fdc/v1`.',
  }),
  fdcApiKey: setting(orNull(kind.text()), {
    variable: 'FDC_API_KEY',
    group: 'Food data',
    secret: true,
    unset: 'off: figures come from the built-in table',
    example: 'DEMO_KEY',
    meaning: 'Key of FoodData Central; turns it on. `DEMO_KEY` works, with few calls an hour.',
  }),
  fdcPageSize: setting(kind.wholeNumber(1, 200), {
    variable: 'FDC_PAGE_SIZE',
    group: 'Food data',
    byDefault: '10',
    example: '10',
    meaning: 'Foods asked for in one search.',
  }),
  fdcDataTypes: setting(
    kind.list(
      (entry) => fdcDataTypes.find((type) => type.toLowerCase() === entry.toLowerCase()),
      `must be a comma separated list of ${fdcDataTypes.join(', ')}`,
    ),
    {
      variable: 'FDC_DATA_TYPES',
      group: 'Food data',
      byDefault: 'Survey (FNDDS),Foundation,SR Legacy',
      example: 'Foundation,SR Legacy',
      meaning: 'Kinds of food that are searched. `Branded` drowns generic foods.',
    },
  ),
  fdcTimeoutMs: setting(kind.secondsAsMs(0.05, 60), {
    variable: 'FDC_TIMEOUT',
    group: 'Food data',
    unit: 's',
    byDefault: '5',
    example: '5',
    meaning: 'Time limit of one call to FoodData Central.',
  }),
  fdcBrandOwner: setting(orNull(kind.text()), {
    variable: 'FDC_BRAND_OWNER',
    group: 'Food data',
    unset: 'any',
    example: 'Kellogg Company',
    meaning: 'Only branded foods of this owner (with `Branded` among the data types).',
  }),
  hfIngredientWeightOverrides: setting(kind.ingredientWeights(), {
    variable: 'HF_INGREDIENT_WEIGHT_OVERRIDES',
    group: 'Food data',
    byDefault: '{}',
    example: '{"caprese_salad":{"mozzarella":120,"tomato":150}}',
    meaning: 'JSON: grams of each ingredient of a dish, before those of the built-in table.',
  }),
});
