import { inspect } from 'node:util';
import type { PhotoTiming } from '../../src/messages/photos';
import { shownAddress } from '../../src/config/addresses';
import {
  describeSettings,
  documentedSettings,
  parseSetting,
  parseSettings,
  SettingsError,
  type Settings,
} from '../../src/config/settings';
import { leastEnvironment, productionEnvironment } from './environment';

const parse = (changes: Record<string, string | undefined> = {}) => parseSettings({ ...leastEnvironment, ...changes });
const complaints = (env: Record<string, string | undefined>): Map<string, string> => {
  try {
    parseSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return new Map(error.findings.map((f) => [f.variable, f.problem]));
    throw error;
  }
  return new Map();
};

describe('what is accepted', () => {
  it.each<[string, string, (s: Settings) => unknown, unknown]>([
    ['PORT', '0', (s) => s.port, 0],
    ['PORT', ' 8080 ', (s) => s.port, 8080],
    ['PORT', '', (s) => s.port, 3000],
    ['PALATE_ROLE', 'TRAINER', (s) => s.palateRole, 'trainer'],
    ['TRUST_PROXY', 'false', (s) => s.trustProxy, false],
    ['TRUST_PROXY', '0', (s) => s.trustProxy, false],
    ['TRUST_PROXY', '2', (s) => s.trustProxy, 2],
    ['TRUST_PROXY', 'loopback, 10.0.0.0/8', (s) => s.trustProxy, ['loopback', '10.0.0.0/8']],
    ['TRUST_PROXY', '2001:db8::/32', (s) => s.trustProxy, ['2001:db8::/32']],
    ['CORS_ORIGINS', '*', (s) => s.corsOrigins, '*'],
    ['CORS_ORIGINS', 'https://App.example.com,null', (s) => s.corsOrigins, ['https://app.example.com', 'null']],
    ['CORS_ORIGINS', '', (s) => s.corsOrigins, null],
    ['EXTRA_PORTS', '', (s) => s.extraAddresses, []],
    [
      'EXTRA_PORTS',
      '8000, 3001,[::1]:3000,0.0.0.0:8080,db.example:0',
      (s) => s.extraAddresses.map(shownAddress),
      ['127.0.0.1:8000', '127.0.0.1:3001', '[::1]:3000', '0.0.0.0:8080', 'db.example:0'],
    ],
    ['PUBLIC_URL', 'https://palate.example.com/', (s) => s.publicUrl, 'https://palate.example.com'],
    ['STORAGE_BACKEND', 'sqlite', (s) => s.storageBackend, 'file'],
    ['UPLOADS_DIR', '/srv/objects', (s) => s.uploadsDir, '/srv/objects'],
    ['PALATE_HOME', '/srv/palate/', (s) => [s.uploadsDir, s.tempDir], ['/srv/palate/objects', '/srv/palate/incoming']],
    ['JWT_SECRET', 'new, old', (s) => s.jwtSecrets, ['new', 'old']],
    ['HF_SPACE_TIMEOUT', '2.5', (s) => s.hfSpaceTimeoutMs, 2500],
    ['FDC_TIMEOUT', '7', (s) => s.fdcTimeoutMs, 7000],
    ['FDC_DATA_TYPES', 'foundation, survey (fndds)', (s) => s.fdcDataTypes, ['Foundation', 'Survey (FNDDS)']],
    ['FDC_BASE_URL', 'http://127.0.0.1:9/fdc/v1/', (s) => s.fdcBaseUrl, 'http://127.0.0.1:9/fdc/v1'],
    ['OPENAI_BASE_URL', 'http://127.0.0.1:9/v1/', (s) => s.openaiBaseUrl, 'http://127.0.0.1:9/v1'],
    ['OPENAI_API_KEY', 'sk-x', (s) => [s.openaiApiKey, s.openaiModel], ['sk-x', 'gpt-4o-mini']],
    ['OPENAI_API_KEY', ' ', (s) => s.openaiApiKey, null],
    ['CIRCUIT_FAILURES', '1', (s) => s.circuitFailures, 1],
    ['PHOTO_MAX_MB', '0.5', (s) => s.photoMaxBytes, 500_000],
    ['HF_REJECTION_STATUS_CODE', '422', (s) => s.hfRejectionStatusCode, 422],
    [
      'HF_INGREDIENT_WEIGHT_OVERRIDES',
      '{"caprese_salad":{"mozzarella":120}}',
      (s) => s.hfIngredientWeightOverrides,
      { caprese_salad: { mozzarella: 120 } },
    ],
    ['TEMPORAL_NAMESPACE', 'x', (s) => s.temporalTls, false],
    ['TEMPORAL_API_KEY', 'x', (s) => s.temporalTls, true],
    ['TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'ca.pem', (s) => s.temporalTls, true],
    ['TEMPORAL_TLS', 'yes', (s) => s.temporalTls, true],
    ['TEMPORAL_ADDRESS', '[::1]:7233', (s) => s.temporalAddress, '[::1]:7233'],
  ])('%s=%s', (variable, value, read, expected) => {
    expect(read(parse({ [variable]: value }))).toEqual(expected);
  });

  it('every example, each on its own', () => {
    for (const { variable, example, field } of documentedSettings()) {
      const bucket = { AWS_BUCKET_NAME: 'b', AWS_REGION: 'r' };
      const partner: Record<string, Record<string, string>> = {
        AWS_ACCESS_KEY_ID: { AWS_SECRET_ACCESS_KEY: 'x' },
        AWS_SECRET_ACCESS_KEY: { AWS_ACCESS_KEY_ID: 'x' },
        TEMPORAL_TLS_CLIENT_CERT_PATH: { TEMPORAL_TLS_CLIENT_KEY_PATH: 'x' },
        TEMPORAL_TLS_CLIENT_KEY_PATH: { TEMPORAL_TLS_CLIENT_CERT_PATH: 'x' },
        NODE_ENV: productionEnvironment,
        FLASK_AI_BASE_URL: { INTERNAL_HMAC_SECRET: 'x' },
        CAPTION_MODEL: { OPENAI_API_KEY: 'x' },
        CONTEXT_SYNC_BATCH_URL: { INTERNAL_HMAC_SECRET: 'x', FLASK_AI_BASE_URL: 'https://ml.example.com' },
      };
      expect(parse({ ...bucket, ...partner[variable], [variable]: example })[field]).not.toBeNull();
    }
  });

  it('the defaults of the contracts', () => {
    expect(parse()).toMatchObject({
      host: '127.0.0.1',
      metricsPort: 9464,
      jwtAccessMinutes: 30,
      jwtExpirationMinutes: 1440,
      jwtRefreshDays: 7,
      predictWaitMs: 12_000,
      photoMaxBytes: 20_000_000,
      hfSpaceUrl: 'https://router.huggingface.co/hf-inference/models/nateraw/food',
      hfConfidenceThreshold: 0.5,
      hfRejectionStatusCode: 200,
      hfSpaceTimeoutMs: 15_000,
      fdcBaseUrl: 'https://api.nal.usda.gov/fdc/v1',
      fdcDataTypes: ['Survey (FNDDS)', 'Foundation', 'SR Legacy'],
      rateLimitMax: 100,
      rateLimitAddressFactor: 10,
      signupsPerHour: 20,
      rateLimitWindowMs: 60_000,
      awsS3Acl: 'private',
      openaiBaseUrl: 'https://api.openai.com/v1',
      openaiModel: 'gpt-4o-mini',
      circuitFailures: 5,
      circuitOpenMs: 30_000,
      circuitOpenMaxMs: 600_000,
      circuitRefusedMs: 600_000,
      notices: [],
    });
  });

  it('durations in the shape that photo workflows take', () => {
    const timing: PhotoTiming = parse({ PHOTO_CLASSIFY_RETRY_MS: '5', PHOTO_REASK_MS: '20' }).photoTiming;
    expect(timing).toEqual({
      classifyRetryMs: 5,
      classifyAttempts: 4,
      reaskMs: 20,
      reaskMaxMs: 3_600_000,
      reaskForMs: 86_400_000,
      refineForMs: 604_800_000,
      captionedStartMs: 2_000,
      captionedCloseMs: 5_000,
    });
  });
});

describe('context sync', () => {
  const receiver = { FLASK_AI_BASE_URL: 'http://127.0.0.1:5000/ml/', INTERNAL_HMAC_SECRET: 'new,old' };
  const refused = (env: Record<string, string>) => [...complaints({ ...leastEnvironment, ...env }).keys()];

  it('is off unless it is configured, and has the defaults of the contract', () => {
    expect(parse()).toMatchObject({
      nodeInternalKey: null,
      internalHmacSecret: null,
      flaskAiBaseUrl: null,
      contextSyncPath: '/internal/sync-user',
      contextSyncMode: 'full',
      contextSyncBatchUrl: null,
      contextSyncTimeoutMs: 5_000,
      contextSyncSweepMs: 30_000,
      contextSyncMaxRps: 50,
      contextTiming: {
        debounceMs: 1_000,
        maxWaitMs: 5_000,
        idleMs: 600_000,
        retryMs: 1_000,
        retryMaxMs: 300_000,
        attempts: 8,
        pushesOfARun: 500,
      },
    });
  });

  it('takes two secrets and two keys, and any path', () => {
    const env = { ...receiver, NODE_INTERNAL_KEY: 'a, b', CONTEXT_SYNC_PATH: '/internal/internal/sync-user' };
    expect(parse(env)).toMatchObject({
      flaskAiBaseUrl: 'http://127.0.0.1:5000/ml',
      internalHmacSecret: ['new', 'old'],
      nodeInternalKey: ['a', 'b'],
      contextSyncPath: '/internal/internal/sync-user',
    });
  });

  it('warns of a key for pulling that signs as well, and names none', () => {
    const shared = 'c1a7e90b52d4';
    const { notices } = parse({ ...receiver, INTERNAL_HMAC_SECRET: `new,${shared}`, NODE_INTERNAL_KEY: `a,${shared}` });
    expect(notices).toEqual([expect.stringMatching(/^NODE_INTERNAL_KEY .*INTERNAL_HMAC_SECRET/)]);
    expect(notices.join()).not.toContain(shared);
    expect(parse({ ...receiver, NODE_INTERNAL_KEY: 'a,b' }).notices).toEqual([]);
  });

  it('never waits less before a late attempt than before an early one', () => {
    expect(parse({ CONTEXT_SYNC_RETRY_MS: '400000' }).contextTiming.retryMaxMs).toBe(400_000);
  });

  it.each<[string, Record<string, string>, string]>([
    ['an ML service without a secret', { FLASK_AI_BASE_URL: 'http://ml:5000' }, 'INTERNAL_HMAC_SECRET'],
    ['three secrets', { INTERNAL_HMAC_SECRET: 'a,b,c' }, 'INTERNAL_HMAC_SECRET'],
    ['three keys', { NODE_INTERNAL_KEY: 'a,b,c' }, 'NODE_INTERNAL_KEY'],
    ['a longest wait below the quiet time', { CONTEXT_SYNC_DEBOUNCE_MS: '6000' }, 'CONTEXT_SYNC_MAX_WAIT_MS'],
    ['many at once without one', { CONTEXT_SYNC_BATCH_URL: 'http://ml/many' }, 'CONTEXT_SYNC_BATCH_URL'],
    ['an address with a query', { ...receiver, FLASK_AI_BASE_URL: 'http://ml/?a=1' }, 'FLASK_AI_BASE_URL'],
    ['an address with a password', { ...receiver, FLASK_AI_BASE_URL: 'http://u:p@ml' }, 'FLASK_AI_BASE_URL'],
    ['another scheme', { ...receiver, FLASK_AI_BASE_URL: 'ftp://ml' }, 'FLASK_AI_BASE_URL'],
    ['a path with a query', { CONTEXT_SYNC_PATH: '/a?b=c' }, 'CONTEXT_SYNC_PATH'],
    ['a path that is none', { CONTEXT_SYNC_PATH: 'a' }, 'CONTEXT_SYNC_PATH'],
    ['another mode', { CONTEXT_SYNC_MODE: 'some' }, 'CONTEXT_SYNC_MODE'],
    ['no attempt', { CONTEXT_SYNC_MAX_ATTEMPTS: '0' }, 'CONTEXT_SYNC_MAX_ATTEMPTS'],
    ['no time at all', { CONTEXT_SYNC_TIMEOUT_MS: '0' }, 'CONTEXT_SYNC_TIMEOUT_MS'],
    ['a pace of nothing', { CONTEXT_SYNC_MAX_RPS: '0' }, 'CONTEXT_SYNC_MAX_RPS'],
  ])('refuses %s', (_, env, variable) => {
    expect(refused(env)).toEqual([variable]);
  });

  it.each<[string, Record<string, string>]>([
    ['http://127.0.0.1:3000', {}],
    ['http://localhost:3000/ml', {}],
    ['http://[::1]:3000', {}],
    ['http://0.0.0.0:3000', {}],
    ['http://127.0.0.1', { PORT: '80' }],
    ['http://10.0.0.7:3000', { HOST: '10.0.0.7' }],
    ['http://localhost:7000', { EXTRA_PORTS: '8000,7000' }],
    ['http://10.0.0.7:7000', { EXTRA_PORTS: '10.0.0.7:7000' }],
    ['https://palate.example.com/ml', { PUBLIC_URL: 'https://palate.example.com' }],
  ])('refuses %s, which is this server', (address, env) => {
    expect(refused({ ...receiver, ...env, FLASK_AI_BASE_URL: address })).toEqual(['FLASK_AI_BASE_URL']);
    expect(refused({ ...receiver, ...env, CONTEXT_SYNC_BATCH_URL: address })).toEqual(['CONTEXT_SYNC_BATCH_URL']);
  });

  it('takes another port of this machine, and another machine with this port', () => {
    expect(refused({ ...receiver, FLASK_AI_BASE_URL: 'http://127.0.0.1:5000' })).toEqual([]);
    expect(refused({ ...receiver, FLASK_AI_BASE_URL: 'http://ml.internal:3000' })).toEqual([]);
  });

  it('shows no secret however it is printed', () => {
    const settings = parse({ ...receiver, INTERNAL_HMAC_SECRET: 'hidden', NODE_INTERNAL_KEY: 'hidden,hidden2' });
    for (const printed of [JSON.stringify(settings), inspect(settings)]) expect(printed).not.toContain('hidden');
  });
});

describe('which services count as configured', () => {
  it.each([
    [{}, false, false],
    [{ HF_API_TOKEN: 'hf_x' }, true, false],
    [{ HF_SPACE_URL: 'http://127.0.0.1:9/food' }, true, false],
    [{ HF_SPACE_URL: ' ' }, false, false],
    [{ FDC_API_KEY: 'DEMO_KEY' }, false, true],
  ])('%j: classifier %s, food data %s', (env, classifier, fooddata) => {
    expect(parse(env)).toMatchObject({ classifierConfigured: classifier, fdcConfigured: fooddata });
  });

  it.each([
    ['https://api-inference.huggingface.co/models/nateraw/food', 'nateraw/food'],
    ['https://api-inference.huggingface.co/pipeline/image-classification/a/b', 'a/b'],
  ])('reads %s as an address of the router, and says so', (given, model) => {
    const settings = parse({ HF_SPACE_URL: given });
    expect(settings.hfSpaceUrl).toBe(`https://router.huggingface.co/hf-inference/models/${model}`);
    expect(settings.notices.join()).toContain('HF_SPACE_URL');
  });
});

describe('what is refused', () => {
  it.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '0x50'],
    ['PORT', '3000.5'],
    ['METRICS_PORT', '-1'],
    ['PALATE_ROLE', 'wrker'],
    ['NODE_ENV', 'staging'],
    ['LOG_LEVEL', 'loud'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '*'],
    ['TRUST_PROXY', 'abc'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['TRUST_PROXY', '1,2'],
    ['CORS_ORIGINS', '*,https://a.example'],
    ['CORS_ORIGINS', 'https://a.example/path'],
    ['CORS_ORIGINS', 'a.example'],
    ['EXTRA_PORTS', '65536'],
    ['EXTRA_PORTS', '-1'],
    ['EXTRA_PORTS', '8000-8002'],
    ['EXTRA_PORTS', ','],
    ['EXTRA_PORTS', '::1:8000'],
    ['EXTRA_PORTS', '[127.0.0.1]:8000'],
    ['EXTRA_PORTS', 'http://localhost:8000'],
    ['EXTRA_PORTS', 'localhost:'],
    ['EXTRA_PORTS', '3000'],
    ['EXTRA_PORTS', '127.0.0.1:3000'],
    ['EXTRA_PORTS', '9464'],
    ['EXTRA_PORTS', '0.0.0.0:3000'],
    ['EXTRA_PORTS', '8000,LOCALHOST:8001,localhost:8001'],
    ['PUBLIC_URL', 'palate.example.com'],
    ['PUBLIC_URL', 'ftp://palate.example.com'],
    ['PUBLIC_URL', 'https://user:pw@palate.example.com'],
    ['MONGODB_URI', 'http://127.0.0.1'],
    ['TEMPORAL_ADDRESS', 'http://127.0.0.1:7233'],
    ['TEMPORAL_ADDRESS', '127.0.0.1'],
    ['STORAGE_BACKEND', 's3'],
    ['AWS_S3_ACL', 'public-read'],
    ['JWT_SECRET', ','],
    ['PALATE_ENCRYPTION_KEYS', 'c2hvcnQ='],
    ['PALATE_ENCRYPTION_KEYS', `${leastEnvironment.PALATE_ENCRYPTION_KEYS},x`],
    ['JWT_ACCESS_MINUTES', '0'],
    ['JWT_REFRESH_DAYS', '365'],
    ['PHOTO_MAX_MB', '1000'],
    ['PREDICT_WAIT_MS', '-5'],
    ['HF_CONFIDENCE_THRESHOLD', '50'],
    ['HF_REJECTION_STATUS_CODE', '204'],
    ['HF_REJECTION_STATUS_CODE', '302'],
    ['HF_REJECTION_STATUS_CODE', '500'],
    ['HF_SPACE_TIMEOUT', '0'],
    ['HF_SPACE_URL', 'nateraw/food'],
    ['FDC_BASE_URL', 'https://api.nal.usda.gov'],
    ['FDC_DATA_TYPES', 'Survey,Foundation'],
    ['FDC_PAGE_SIZE', '201'],
    ['HF_INGREDIENT_WEIGHT_OVERRIDES', '{"salad":{"tomato":"much"}}'],
    ['HF_INGREDIENT_WEIGHT_OVERRIDES', '{'],
    ['OPENAI_BASE_URL', 'api.openai.com/v1'],
    ['CIRCUIT_FAILURES', '0'],
    ['CIRCUIT_OPEN_MS', '0.5'],
    ['RATE_LIMIT_MAX', '0'],
    ['RATE_LIMIT_ADDRESS_FACTOR', '0'],
    ['SIGNUPS_PER_HOUR', '0'],
    ['RATE_LIMIT_WINDOW_MS', '10'],
  ])('%s=%s', (variable, value) => {
    expect([...complaints({ ...leastEnvironment, [variable]: value }).keys()]).toEqual([variable]);
  });

  it.each(['MONGODB_URI', 'TEMPORAL_ADDRESS', 'JWT_SECRET', 'PALATE_ENCRYPTION_KEYS'])('%s missing', (variable) => {
    expect(complaints({ ...leastEnvironment, [variable]: undefined }).get(variable)).toMatch(/^is required/);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a bucket', { STORAGE_BACKEND: 'aws', AWS_REGION: 'eu-west-1' }, 'AWS_BUCKET_NAME'],
    ['a region', { STORAGE_BACKEND: 'aws', AWS_BUCKET_NAME: 'b' }, 'AWS_REGION'],
    ['the key of the model that helps', { CAPTION_MODEL: 'true' }, 'OPENAI_API_KEY'],
    ['the secret of an access key', { AWS_ACCESS_KEY_ID: 'x' }, 'AWS_SECRET_ACCESS_KEY'],
    ['the access key of a secret', { AWS_SECRET_ACCESS_KEY: 'x' }, 'AWS_ACCESS_KEY_ID'],
    ['a certificate’s key', { TEMPORAL_TLS_CLIENT_CERT_PATH: 'x' }, 'TEMPORAL_TLS_CLIENT_KEY_PATH'],
    ['a key’s certificate', { TEMPORAL_TLS_CLIENT_KEY_PATH: 'x' }, 'TEMPORAL_TLS_CLIENT_CERT_PATH'],
    ['TLS under an API key', { TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'x' }, 'TEMPORAL_TLS'],
    ['delays that grow', { PHOTO_REASK_MS: '100', PHOTO_REASK_MAX_MS: '99' }, 'PHOTO_REASK_MAX_MS'],
    ['openings that grow', { CIRCUIT_OPEN_MS: '700000' }, 'CIRCUIT_OPEN_MAX_MS'],
  ])('without %s', (_, env, variable) => {
    expect([...complaints({ ...leastEnvironment, ...env }).keys()]).toEqual([variable]);
  });

  it('all at once, those across variables too, each with a valid example and no secret', () => {
    const env = { ...leastEnvironment, PORT: 'x', STORAGE_BACKEND: 'aws', FDC_TIMEOUT: 'soon', JWT_SECRET: undefined };
    const error = (() => {
      try {
        return parseSettings({ ...env, PALATE_ENCRYPTION_KEYS: 'very-private' });
      } catch (thrown) {
        return thrown as SettingsError;
      }
    })() as SettingsError;
    expect(error.findings.map((finding) => finding.variable).sort()).toEqual(
      ['AWS_BUCKET_NAME', 'AWS_REGION', 'FDC_TIMEOUT', 'JWT_SECRET', 'PALATE_ENCRYPTION_KEYS', 'PORT'].sort(),
    );
    expect(error.message).toContain('PORT must be a whole number from 0 to 65535. Example: PORT=3000');
    expect(error.message).not.toContain('very-private');
  });
});

describe('secrets in files', () => {
  const files: Record<string, string> = {
    '/run/secrets/jwt': 'from-a-file-1,from-a-file-2\n',
    '/run/secrets/mongodb': ' mongodb://u:hush@db/palate \r\n',
    '/run/secrets/empty': '\n',
  };
  const readFile = (path: string) => {
    if (files[path] === undefined) throw Object.assign(new Error(`ENOENT ${path}`), { code: 'ENOENT' });
    return files[path];
  };
  const { JWT_SECRET: _, MONGODB_URI: __, ...rest } = leastEnvironment;

  it('stand for their variables, without the line’s end, and are printed no more than those', () => {
    const env = { ...rest, JWT_SECRET_FILE: '/run/secrets/jwt', MONGODB_URI_FILE: ' /run/secrets/mongodb' };
    const settings = parseSettings(env, readFile);
    expect(settings.jwtSecrets).toEqual(['from-a-file-1', 'from-a-file-2']);
    expect(settings.mongodbUri).toBe('mongodb://u:hush@db/palate');
    expect(inspect(settings) + JSON.stringify(settings)).not.toMatch(/from-a-file|hush/);
  });

  it('can hold every secret there is, and nothing else', () => {
    const secrets = documentedSettings().filter(({ secret }) => secret === true);
    expect(secrets.map(({ variable }) => variable)).toEqual(
      expect.arrayContaining([
        'MONGODB_URI',
        'JWT_SECRET',
        'PALATE_ENCRYPTION_KEYS',
        'NODE_INTERNAL_KEY',
        'HF_API_TOKEN',
      ]),
    );
    const asked: string[] = [];
    const all = Object.fromEntries(documentedSettings().map(({ variable }) => [`${variable}_FILE`, `/${variable}`]));
    const examples = new Map(documentedSettings().map(({ variable, example }) => [`/${variable}`, example]));
    parseSettings({ TEMPORAL_ADDRESS: '127.0.0.1:1', ...all }, (path) => {
      asked.push(path);
      return examples.get(path) ?? '';
    });
    expect(asked.sort()).toEqual(secrets.map(({ variable }) => `/${variable}`).sort());
  });

  it.each<[string, Record<string, string>, string]>([
    ['is missing', { JWT_SECRET_FILE: '/run/secrets/none' }, 'names a file that cannot be read (ENOENT)'],
    ['is empty', { JWT_SECRET_FILE: '/run/secrets/empty' }, 'names a file that is empty'],
    [
      'stands beside the variable',
      { JWT_SECRET_FILE: '/run/secrets/jwt', JWT_SECRET: 'x' },
      'must not be set beside JWT_SECRET',
    ],
  ])('are refused where the file %s, and the file is named alone', (_name, env, problem) => {
    const refusal = (() => {
      try {
        return parseSettings({ ...leastEnvironment, JWT_SECRET: undefined, ...env }, readFile);
      } catch (error) {
        return error;
      }
    })() as SettingsError;
    expect(refusal.findings).toEqual([{ variable: 'JWT_SECRET_FILE', problem, example: '/run/secrets/jwt_secret' }]);
  });
});

describe('production', () => {
  const inProduction = (changes: Record<string, string | undefined>) => [
    ...complaints({ ...productionEnvironment, ...changes }).keys(),
  ];
  const random = 'b41c59a7d20e846aa91c7d05e3f682b4';
  const securely = { FLASK_AI_BASE_URL: 'https://ml.example.com', INTERNAL_HMAC_SECRET: random };
  const example = (variable: string) => documentedSettings().find((doc) => doc.variable === variable)?.example;

  it.each<[string, Record<string, string | undefined>, string[]]>([
    ['is fine as it should be', {}, []],
    ['a short secret', { JWT_SECRET: 'f3b1c59a7d20e846' }, ['JWT_SECRET']],
    ['a placeholder', { JWT_SECRET: 'change-me-change-me-change-me-please-now' }, ['JWT_SECRET']],
    ['one letter, often', { JWT_SECRET: 'ab'.repeat(32) }, ['JWT_SECRET']],
    ['a weak one behind a strong one', { JWT_SECRET: `${productionEnvironment.JWT_SECRET},dev` }, ['JWT_SECRET']],
    ['our own example', { JWT_SECRET: example('JWT_SECRET') }, ['JWT_SECRET']],
    ['a constant key', { PALATE_ENCRYPTION_KEYS: Buffer.alloc(32, 1).toString('base64') }, ['PALATE_ENCRYPTION_KEYS']],
    ['our own key', { PALATE_ENCRYPTION_KEYS: example('PALATE_ENCRYPTION_KEYS') }, ['PALATE_ENCRYPTION_KEYS']],
    ['a default S3 secret', { AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 'minioadmin' }, ['AWS_SECRET_ACCESS_KEY']],
    ['no public address', { PUBLIC_URL: undefined }, ['PUBLIC_URL']],
    ['no public address of a worker', { PUBLIC_URL: undefined, PALATE_ROLE: 'worker' }, []],
    ['a public address in the clear', { PUBLIC_URL: 'http://palate.example.com' }, ['PUBLIC_URL']],
    ['a public address of this machine', { PUBLIC_URL: 'http://localhost:3000' }, []],
    ['context sync as it should be', securely, []],
    ['an ML service in the clear', { ...securely, FLASK_AI_BASE_URL: 'http://ml' }, ['FLASK_AI_BASE_URL']],
    ['many in the clear', { ...securely, CONTEXT_SYNC_BATCH_URL: 'http://ml/many' }, ['CONTEXT_SYNC_BATCH_URL']],
    ['a short signing secret', { ...securely, INTERNAL_HMAC_SECRET: 'f3b1c59a7d20' }, ['INTERNAL_HMAC_SECRET']],
    ['our own signing secret', { INTERNAL_HMAC_SECRET: example('INTERNAL_HMAC_SECRET') }, ['INTERNAL_HMAC_SECRET']],
    ['our own internal key', { NODE_INTERNAL_KEY: example('NODE_INTERNAL_KEY') }, ['NODE_INTERNAL_KEY']],
    [
      'a plain internal key behind another',
      { NODE_INTERNAL_KEY: `${random},aaaaaaaaaaaaaaaaaa` },
      ['NODE_INTERNAL_KEY'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(inProduction(changes)).toEqual(expected);
  });
});

describe('foreign names', () => {
  it.each<[string, string, string, (s: Settings) => unknown, unknown]>([
    ['JWT_SECRET_KEY', 'JWT_SECRET', 'theirs', (s) => s.jwtSecrets, ['theirs']],
    ['SERVICE_PORT', 'PORT', '4004', (s) => s.port, 4004],
    ['DATABASE_URL', 'MONGODB_URI', 'mongodb://db/x', (s) => s.mongodbUri, 'mongodb://db/x'],
    ['MONGO_URI', 'MONGODB_URI', 'mongodb+srv://db/x', (s) => s.mongodbUri, 'mongodb+srv://db/x'],
    ['ENVIRONMENT', 'NODE_ENV', 'development', (s) => s.nodeEnv, 'development'],
  ])('%s is taken over where %s is unset, and said so', (name, ours, value, read, expected) => {
    const settings = parse({ [ours]: undefined, [name]: value });
    expect(read(settings)).toEqual(expected);
    expect(settings.notices).toEqual([`${name} is read as ${ours}: set ${ours} instead.`]);
  });

  it('ours wins', () => {
    const settings = parse({ JWT_SECRET_KEY: 'theirs', SERVICE_PORT: '4004', PORT: '3001' });
    expect([settings.port, settings.jwtSecrets]).toEqual([3001, [leastEnvironment.JWT_SECRET]]);
    expect(settings.notices).toEqual([
      'JWT_SECRET_KEY is ignored: set JWT_SECRET.',
      'SERVICE_PORT is ignored: set PORT.',
    ]);
  });

  it.each([
    ['SQLITE_DB_PATH', 'MONGODB_URI'],
    ['AWS_DYNAMODB_TABLE', 'MONGODB_URI'],
    ['AWS_USERS_TABLE', 'MONGODB_URI'],
    ['DATABASE_URL', 'MONGODB_URI'],
    ['REDIS_HOST', 'MONGODB_URI'],
    ['MLFLOW_TRACKING_URI', 'TEMPORAL_ADDRESS'],
    ['CLOUDWATCH_NAMESPACE', 'METRICS_PORT'],
    ['PLAN_WAIT_MS', 'does not serve meal plans'],
    ['WEBHOOK_PORTS', 'does not serve webhooks'],
    ['RETRAIN_CRON', 'does not serve recommendations'],
  ])('%s is ignored with one line that names %s and not its value', (name, says) => {
    const { notices } = parse({ [name]: 'postgres://value' });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(`${name} is ignored`);
    expect(notices[0]).toContain(says);
    expect(notices[0]).not.toContain('postgres://value');
  });

  it('says nothing of variables that are none of ours', () => {
    expect(parse({ PATH: '/bin', HOME: '/home/x', EDITOR: 'ed', SQLITE_DB_PATH: '' }).notices).toEqual([]);
  });
});

describe('the parsed object', () => {
  const secretive = {
    JWT_SECRET: 'first-hidden,second-hidden',
    MONGODB_URI: 'mongodb://u:hidden@db/palate',
    HF_API_TOKEN: 'hf-hidden',
    FDC_API_KEY: 'hidden',
    AWS_ACCESS_KEY_ID: 'hidden',
    AWS_SECRET_ACCESS_KEY: 'hidden',
    ML_SERVICE_API_KEY: 'hidden',
    OPENAI_API_KEY: 'hidden',
    TEMPORAL_API_KEY: 'hidden',
  };

  it('shows no secret however it is printed', () => {
    const settings = parse(secretive);
    expect(describeSettings(settings)).toMatchObject({
      JWT_SECRET: '[2 set]',
      HF_API_TOKEN: '[set]',
      AWS_SESSION_TOKEN: null,
      HF_SPACE_TIMEOUT: 15,
      PORT: 3000,
    });
    for (const printed of [JSON.stringify(settings), inspect(settings), inspect({ settings }, { depth: 9 })]) {
      expect(printed).not.toContain('hidden');
      expect(printed).not.toContain(leastEnvironment.PALATE_ENCRYPTION_KEYS);
    }
  });

  it('is frozen through and through', () => {
    const settings = parse({ HF_INGREDIENT_WEIGHT_OVERRIDES: '{"a":{"b":1}}' });
    for (const part of [settings, settings.jwtSecrets, settings.photoTiming, settings.hfIngredientWeightOverrides.a]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('one setting alone', () => {
  it('is read without the others, or its default', () => {
    expect(parseSetting('fdcSurveyDownload', { FDC_SURVEY_DOWNLOAD: 'http://127.0.0.1:9/a.zip' })).toBe(
      'http://127.0.0.1:9/a.zip',
    );
    expect(parseSetting('fdcSurveyDownload', {})).toMatch(/^https:\/\/fdc\.nal\.usda\.gov\/.*survey.*\.zip$/);
  });

  it('is refused by its variable', () => {
    expect(() => parseSetting('fdcSrDownload', { FDC_SR_DOWNLOAD: 'https://example.com/page' })).toThrow(
      /FDC_SR_DOWNLOAD must be an http or https address without query, ending in \.zip/,
    );
  });
});
