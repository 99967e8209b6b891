import type { z } from 'zod';
import { translateForeignNames } from './foreignNames';
import { extraAddresses, findingsAcross, type Finding } from './rules';
import type { ListenAddress } from './addresses';
import { documented, type SettingDoc } from './documented';
import { SettingsSchema } from './schema';
import { exampleFile, fileVariable, readSecretFiles, type ReadFile } from './secretFiles';

/**
 * The settings of a process, read once at start.
 *
 * C1  Every bad variable is reported at once: nobody restarts five times to find five mistakes.
 * C2  A secret is never printed: not in errors, not by `describeSettings`, not when the object itself is logged.
 * C3  Frozen: what a process started with is what it runs with.
 */
export type SettingValues = z.infer<typeof SettingsSchema>;

export interface DerivedSettings {
  /** Lines for the log at start: names that were mapped or ignored, addresses that were rewritten. */
  notices: string[];
  /** Where the API listens beside `host` and `port`. */
  extraAddresses: ListenAddress[];
  /** Hugging Face may be asked: there is a token, or its address was set on purpose. `mlServiceUrl` speaks for itself. */
  classifierConfigured: boolean;
  /** As set; else on where there is something that only TLS can use. */
  temporalTls: boolean;
  /** As set; else outside production. */
  metricsOnApi: boolean;
  /** FoodData Central may be asked. */
  fdcConfigured: boolean;
  /** Folder of the `file` object store. */
  uploadsDir: string;
  /** Folder for bytes on their way in; whatever is there after a crash may be deleted. */
  tempDir: string;
  /** Largest accepted picture in bytes. */
  photoMaxBytes: number;
  /** Durations that a photo's workflow is started with; milliseconds. */
  photoTiming: {
    classifyRetryMs: number;
    classifyAttempts: number;
    reaskMs: number;
    reaskMaxMs: number;
    reaskForMs: number;
    refineForMs: number;
    captionedStartMs: number;
    captionedCloseMs: number;
  };
  /** What a run of context sync is started with; milliseconds, but for counts. */
  contextTiming: {
    debounceMs: number;
    maxWaitMs: number;
    idleMs: number;
    retryMs: number;
    retryMaxMs: number;
    attempts: number;
    pushesOfARun: number;
  };
}

/** A photo whose caption names foods has an answer without a classifier: one that is busy or hangs is not waited for. */
const captionedStartMs = 2_000;
const captionedCloseMs = 5_000;
/** A receiver that is away is a matter of the circuit: the retry of a single account waits no longer. */
const contextRetryMaxMs = 5 * 60_000;
/** Some twenty events each, far below the 50,000 that a history holds. */
const contextPushesOfARun = 500;

export type Settings = DeepReadonly<Omit<SettingValues, keyof DerivedSettings> & DerivedSettings>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

export class SettingsError extends Error {
  override name = 'SettingsError';
  constructor(readonly findings: readonly (Finding & { example: string })[]) {
    const lines = findings.map(
      ({ variable, problem, example }) => `  ${variable} ${problem}. Example: ${variable}=${example}`,
    );
    super(`Palate cannot start with these settings:\n${lines.join('\n')}`);
  }
}

type Field = keyof SettingValues;
const fields = Object.keys(SettingsSchema.shape) as Field[];

/** What is documented of a field. */
export const settingDoc = (field: Field): SettingDoc => {
  const doc = documented.get(SettingsSchema.shape[field]);
  if (doc === undefined) throw new Error(`The setting ${field} has no documentation`);
  return doc;
};

/** One setting alone, for a program that needs no other: its value or default. Throws `SettingsError`. */
export const parseSetting = (field: Field, env: Readonly<Record<string, string | undefined>>): unknown => {
  const { data, error } = SettingsSchema.shape[field].safeParse(textOf(field, env));
  if (error === undefined) return data;
  const { variable } = settingDoc(field);
  const problem = error.issues[0]?.message ?? 'is no value of that kind';
  throw new SettingsError([{ variable, problem, example: exampleOf(variable) }]);
};

/** Every variable with its documentation, in the order of the schema. */
export const documentedSettings = (): readonly (SettingDoc & { field: Field })[] =>
  fields.map((field) => ({ field, ...settingDoc(field) }));

/** Those that may be in files (`secretFiles`). */
const secretVariables = (): string[] =>
  documentedSettings().flatMap(({ variable, secret }) => (secret === true ? [variable] : []));

const refuseToRead: ReadFile = () => {
  throw new Error('No files are read here');
};

/**
 * @param given the environment: names to texts; empty texts count as unset
 * @param readFile for secrets in files (`JWT_SECRET_FILE`)
 * @throws SettingsError naming every variable that is wrong, why, and an example that is right
 */
export const parseSettings = (
  given: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = refuseToRead,
): Settings => {
  const fromFiles = readSecretFiles(given, secretVariables(), readFile);
  const { env, notices } = translateForeignNames(fromFiles.env);
  const raw = Object.fromEntries(fields.map((field) => [field, textOf(field, env)]));
  const bad = fromFiles.findings;

  const parsed = SettingsSchema.safeParse(raw);
  for (const issue of parsed.error?.issues ?? []) {
    const { variable, meaning } = settingDoc(issue.path[0] as Field);
    const problem = isUnset(env[variable]) ? `is required: ${meaning.replace(/\.$/, '')}` : issue.message;
    if (!bad.has(variable)) bad.set(variable, { variable, problem });
  }
  // A bad value is stood in for by its default or example, so that the rules across variables are checked in the same pass.
  const values = parsed.data ?? SettingsSchema.parse(withStandIns(raw, bad));
  for (const finding of findingsAcross(values)) if (!bad.has(finding.variable)) bad.set(finding.variable, finding);
  if (bad.size > 0)
    throw new SettingsError([...bad.values()].map((finding) => ({ ...finding, example: exampleOf(finding.variable) })));

  const hfSpaceUrl = onRouter(values.hfSpaceUrl);
  if (values.nodeInternalKey?.some((key) => values.internalHmacSecret?.includes(key)))
    notices.push(
      'NODE_INTERNAL_KEY holds a key that is also in INTERNAL_HMAC_SECRET: whoever may pull contexts can sign as well. Give the ML service a key of its own for pulling.',
    );
  if (hfSpaceUrl !== values.hfSpaceUrl) notices.push(`HF_SPACE_URL names a retired host and is read as ${hfSpaceUrl}.`);
  if (values.nodeEnv === 'production' && values.corsOrigins === null && serves(values))
    notices.push(
      'CORS_ORIGINS is not set: browser clients of any origin may call, but not with credentials. Name the origins of those that send them (CORS_ORIGINS=https://app.example.com), or set CORS_ORIGINS=* to keep it so.',
    );
  const home = values.palateHome.replace(/(?<=[^/])\/+$/, '');
  return sealed({
    ...values,
    hfSpaceUrl,
    uploadsDir: values.uploadsDir ?? `${home}/objects`,
    tempDir: `${home}/incoming`,
    extraAddresses: extraAddresses(values),
    classifierConfigured: values.hfApiToken !== null || !isUnset(env.HF_SPACE_URL),
    temporalTls: values.temporalTls ?? usesTls(values),
    metricsOnApi: values.metricsOnApi ?? values.nodeEnv !== 'production',
    fdcConfigured: values.fdcApiKey !== null,
    photoMaxBytes: Math.round(values.photoMaxMb * 1_000_000),
    photoTiming: {
      classifyRetryMs: values.photoClassifyRetryMs,
      classifyAttempts: values.photoClassifyAttempts,
      reaskMs: values.photoReaskMs,
      reaskMaxMs: values.photoReaskMaxMs,
      reaskForMs: values.photoReaskForMs,
      refineForMs: values.photoRefineForMs,
      captionedStartMs,
      captionedCloseMs,
    },
    contextTiming: {
      debounceMs: values.contextSyncDebounceMs,
      maxWaitMs: values.contextSyncMaxWaitMs,
      idleMs: values.contextSyncIdleMs,
      retryMs: values.contextSyncRetryMs,
      retryMaxMs: Math.max(contextRetryMaxMs, values.contextSyncRetryMs),
      attempts: values.contextSyncMaxAttempts,
      pushesOfARun: contextPushesOfARun,
    },
    notices,
  });
};

/** The settings by variable and in its unit, fit for a log: secrets are `[set]` or `[2 set]`, what is unset is null. */
export const describeSettings = (settings: Settings): Record<string, unknown> =>
  Object.fromEntries(
    documentedSettings().map(({ field, variable, secret, unit }) => {
      const value: unknown = settings[field];
      if (secret === true) return [variable, covered(value)];
      return [variable, unit === 's' && typeof value === 'number' ? value / 1000 : value];
    }),
  );

const covered = (value: unknown): string | null => {
  if (value === null) return null;
  return Array.isArray(value) && value.length > 1 ? `[${value.length} set]` : '[set]';
};

/** Frozen through and through; printing it by accident (a log line, an error's context) shows the redacted form. */
const sealed = (settings: Settings): Settings => {
  const redacted = () => describeSettings(settings);
  Object.defineProperty(settings, 'toJSON', { value: redacted });
  Object.defineProperty(settings, Symbol.for('nodejs.util.inspect.custom'), { value: redacted });
  return deepFreeze(settings);
};

const deepFreeze = <T extends object>(value: T): T => {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
};

const serves = ({ palateRole }: SettingValues): boolean => palateRole === 'api' || palateRole === 'all';

const usesTls = (values: SettingValues): boolean =>
  [values.temporalApiKey, values.temporalTlsClientCertPath, values.temporalTlsServerCaCertPath].some(
    (given) => given !== null,
  );

const isUnset = (text: string | undefined): boolean => text === undefined || text.trim() === '';

const textOf = (field: Field, env: Readonly<Record<string, string | undefined>>): string | undefined => {
  const { variable, byDefault } = settingDoc(field);
  const text = env[variable]?.trim() ?? '';
  return text === '' ? byDefault : text;
};

const withStandIns = (raw: Readonly<Record<string, string | undefined>>, bad: ReadonlyMap<string, Finding>) =>
  Object.fromEntries(
    fields.map((field) => {
      const { variable, byDefault, example } = settingDoc(field);
      return [field, bad.has(variable) ? (byDefault ?? example) : raw[field]];
    }),
  );

const exampleOf = (variable: string): string => {
  const doc = documentedSettings().find((one) => [one.variable, fileVariable(one.variable)].includes(variable));
  if (doc === undefined) return '';
  return doc.variable === variable ? doc.example : exampleFile(doc.variable);
};

/** Hugging Face retired `api-inference`; the same models answer on the router. */
const onRouter = (address: string): string =>
  address.replace(
    /^https?:\/\/api-inference\.huggingface\.co\/(?:pipeline\/[\w-]+\/|models\/)?/,
    'https://router.huggingface.co/hf-inference/models/',
  );
