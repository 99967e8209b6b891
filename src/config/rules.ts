import type { z } from 'zod';
import { collide, shownAddress, type ListenAddress } from './addresses';
import { documented } from './documented';
import { isLoopbackHost } from './loopback';
import { SettingsSchema } from './schema';

/** What one field alone cannot say. Each finding names the variable to change. */
export interface Finding {
  variable: string;
  problem: string;
}
type Values = Readonly<z.infer<typeof SettingsSchema>>;

export const findingsAcross = (values: Values): Finding[] => {
  const found: Finding[] = [];
  const report = (variable: string, problem: string) => found.push({ variable, problem });

  if (values.storageBackend === 'aws') {
    if (values.awsBucketName === null) report('AWS_BUCKET_NAME', 'is required with STORAGE_BACKEND=aws');
    if (values.awsRegion === null) report('AWS_REGION', 'is required with STORAGE_BACKEND=aws');
  }
  if (values.awsAccessKeyId !== null && values.awsSecretAccessKey === null) {
    report('AWS_SECRET_ACCESS_KEY', 'is required with AWS_ACCESS_KEY_ID');
  }
  if (values.awsSecretAccessKey !== null && values.awsAccessKeyId === null) {
    report('AWS_ACCESS_KEY_ID', 'is required with AWS_SECRET_ACCESS_KEY');
  }
  if (values.temporalTlsClientCertPath !== null && values.temporalTlsClientKeyPath === null) {
    report('TEMPORAL_TLS_CLIENT_KEY_PATH', 'is required with TEMPORAL_TLS_CLIENT_CERT_PATH');
  }
  if (values.temporalTlsClientKeyPath !== null && values.temporalTlsClientCertPath === null) {
    report('TEMPORAL_TLS_CLIENT_CERT_PATH', 'is required with TEMPORAL_TLS_CLIENT_KEY_PATH');
  }
  if (values.temporalTls === false && values.temporalApiKey !== null) {
    report('TEMPORAL_TLS', 'must not be false with TEMPORAL_API_KEY: the key would travel in the clear');
  }
  const rejection = values.hfRejectionStatusCode;
  // 3xx are redirects to clients, 204 and 205 carry no body: the sentence would be lost.
  if (rejection > 200 && rejection < 400) report('HF_REJECTION_STATUS_CODE', 'must be 200, or from 400 to 499');
  if (values.photoReaskMaxMs < values.photoReaskMs) {
    report('PHOTO_REASK_MAX_MS', `must not be below PHOTO_REASK_MS (${values.photoReaskMs})`);
  }
  if (values.circuitOpenMaxMs < values.circuitOpenMs) {
    report('CIRCUIT_OPEN_MAX_MS', `must not be below CIRCUIT_OPEN_MS (${values.circuitOpenMs})`);
  }
  if (values.captionModel && values.openaiApiKey === null)
    report('OPENAI_API_KEY', 'is required with CAPTION_MODEL=true; a server of your own takes any');
  const classifiers = 1 + [values.mlServiceUrl, values.openaiApiKey].filter((one) => one !== null).length;
  if (classifiers * values.hfSpaceTimeoutMs > chainMs)
    report(
      'HF_SPACE_TIMEOUT',
      `must not be above ${Math.floor(chainMs / classifiers / 1000)} with ${classifiers} classifiers: one after the other they may take ${chainMs / 1000} s in all`,
    );
  found.push(...extraPortFindings(values));
  found.push(...contextFindings(values));
  if (values.nodeEnv === 'production') found.push(...productionFindings(values));
  return found;
};

/** Where the API listens beside `HOST` and `PORT`. */
export const extraAddresses = ({ host, extraPorts }: Pick<Values, 'host' | 'extraPorts'>): ListenAddress[] =>
  (extraPorts ?? []).map((given) => ({ host: given.host ?? host, port: given.port }));

/** The system would say of each that it is taken, and not that it is ours who has it. */
const extraPortFindings = (values: Values): Finding[] => {
  const { host, port, metricsHost, metricsPort, palateRole } = values;
  if (palateRole !== 'api' && palateRole !== 'all') return [];
  const taken: ListenAddress[] = [
    { host, port },
    { host: metricsHost, port: metricsPort },
  ];
  const found: Finding[] = [];
  for (const address of extraAddresses(values)) {
    if (taken.some((other) => collide(address, other)))
      found.push({
        variable: 'EXTRA_PORTS',
        problem: `names ${shownAddress(address)} although this process listens there already`,
      });
    taken.push(address);
  }
  return found.slice(0, 1);
};

const contextFindings = (values: Values): Finding[] => {
  const found: Finding[] = [];
  const report = (variable: string, problem: string) => found.push({ variable, problem });
  if (values.flaskAiBaseUrl !== null && values.internalHmacSecret === null)
    report('INTERNAL_HMAC_SECRET', 'is required with FLASK_AI_BASE_URL: every push is signed');
  if ((values.internalHmacSecret?.length ?? 0) > 2)
    report('INTERNAL_HMAC_SECRET', 'must not hold more than two secrets');
  if ((values.nodeInternalKey?.length ?? 0) > 2) report('NODE_INTERNAL_KEY', 'must not hold more than two keys');
  if (values.contextSyncMaxWaitMs < values.contextSyncDebounceMs)
    report('CONTEXT_SYNC_MAX_WAIT_MS', `must not be below CONTEXT_SYNC_DEBOUNCE_MS (${values.contextSyncDebounceMs})`);
  if (values.contextSyncBatchUrl !== null && values.flaskAiBaseUrl === null)
    report('CONTEXT_SYNC_BATCH_URL', 'does nothing without FLASK_AI_BASE_URL');
  const targets = { FLASK_AI_BASE_URL: values.flaskAiBaseUrl, CONTEXT_SYNC_BATCH_URL: values.contextSyncBatchUrl };
  for (const [variable, address] of Object.entries(targets)) {
    if (address === null) continue;
    if (isOurs(address, values)) report(variable, 'is this very server: name the ML service');
    if (values.nodeEnv === 'production' && !address.startsWith('https://'))
      report(variable, 'must begin with https:// in production: it carries people’s data');
  }
  return found;
};

/** Whether an address leads back to this process, as far as it can be told from the settings. */
const isOurs = (address: string, values: Values): boolean => {
  const { host, port, publicUrl } = values;
  const { hostname, port: given, protocol, origin } = new URL(address);
  if (publicUrl !== null && new URL(publicUrl).origin === origin) return true;
  const at = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  const ours = [{ host, port }, ...extraAddresses(values)].filter((one) => one.port === at);
  const here = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', ...ours.flatMap((one) => [one.host, `[${one.host}]`])];
  return ours.length > 0 && here.includes(hostname);
};

/** Below the time limit of the activity that asks them in turn (`workflows/proxies.ts`). */
const chainMs = 55_000;

const productionFindings = (values: Values): Finding[] => {
  const found: Finding[] = [];
  for (const secret of values.jwtSecrets) {
    const weakness = weaknessOfSecret(secret);
    if (weakness !== null) {
      found.push({
        variable: 'JWT_SECRET',
        problem: `${weakness}; production needs a random one (openssl rand -hex 32 makes one)`,
      });
      break;
    }
  }
  if (values.palateEncryptionKeys.some((key) => key === exampleKey || new Set(Buffer.from(key, 'base64')).size < 12)) {
    found.push({
      variable: 'PALATE_ENCRYPTION_KEYS',
      problem: 'holds a key that is not random; production needs random ones (openssl rand -base64 32 makes one)',
    });
  }
  if (values.awsSecretAccessKey !== null && looksLikeDefault(values.awsSecretAccessKey)) {
    found.push({
      variable: 'AWS_SECRET_ACCESS_KEY',
      problem: 'is a well-known default; production needs one of its own',
    });
  }
  for (const [variable, secrets] of [
    ['INTERNAL_HMAC_SECRET', values.internalHmacSecret],
    ['NODE_INTERNAL_KEY', values.nodeInternalKey],
  ] as const) {
    const weakness = (secrets ?? []).map(weaknessOfKey).find((found) => found !== null);
    if (weakness !== undefined)
      found.push({
        variable,
        problem: `${weakness}; production needs a random one (openssl rand -hex 32 makes one)`,
      });
  }
  if (values.publicUrl === null) {
    if (values.palateRole === 'api' || values.palateRole === 'all') {
      found.push({ variable: 'PUBLIC_URL', problem: 'is required in production: links in answers begin with it' });
    }
  } else if (!isSafePublicUrl(values.publicUrl)) {
    found.push({
      variable: 'PUBLIC_URL',
      problem: 'must begin with https:// in production: it carries tokens and pictures',
    });
  }
  return found;
};

// The examples are in our documentation, which makes them the best known secrets of all.
const exampleSecret = documented.get(SettingsSchema.shape.jwtSecrets)?.example;
const exampleKey = documented.get(SettingsSchema.shape.palateEncryptionKeys)?.example;

const sharedExamples = [SettingsSchema.shape.internalHmacSecret, SettingsSchema.shape.nodeInternalKey].map(
  (field) => documented.get(field)?.example,
);

/** HS256 asks for a key as long as its hash: RFC 7518 §3.2. */
const MIN_SECRET_BYTES = 32;

const weaknessOfSecret = (secret: string): string | null => {
  if (secret === exampleSecret || looksLikeDefault(secret)) return 'looks like a placeholder';
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) return `holds a secret shorter than ${MIN_SECRET_BYTES} characters`;
  // Random hex of 32 characters has fewer than 8 different digits once in about 30,000; typed ones and repetitions nearly always do.
  return new Set(secret).size < 8 ? 'holds a secret with too few different characters' : null;
};

/** Keys that are shared with another system, which may keep them shorter than ours. */
const weaknessOfKey = (key: string): string | null => {
  if (sharedExamples.includes(key) || looksLikeDefault(key)) return 'looks like a placeholder';
  return key.length < 16 || new Set(key).size < 8 ? 'holds one that is too short or too plain' : null;
};

const looksLikeDefault = (secret: string): boolean =>
  /secret|change.?me|passw|example|default|placeholder|replace|your[-_ ]|minio|deadbeef|development|^(dev|test)[-_ ]|0123456789|qwerty/i.test(
    secret,
  );

const isSafePublicUrl = (address: string): boolean => {
  const url = new URL(address);
  return url.protocol === 'https:' || isLoopbackHost(url.hostname);
};
