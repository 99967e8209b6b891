/**
 * Names that clients' older deployments set. A value that means the same here is taken over; any other is left
 * alone, and one line at start says what to set instead. An own name always wins over a foreign one.
 */
type Environment = Readonly<Record<string, string | undefined>>;

interface TakenOver {
  variable: string;
  /** Only values that mean something here are taken over. */
  when?: RegExp;
}

const takenOver: Readonly<Record<string, TakenOver>> = {
  JWT_SECRET_KEY: { variable: 'JWT_SECRET' },
  SERVICE_PORT: { variable: 'PORT' },
  ENVIRONMENT: { variable: 'NODE_ENV', when: /^(development|test|production)$/ },
  DATABASE_URL: { variable: 'MONGODB_URI', when: /^mongodb(\+srv)?:/ },
  MONGO_URI: { variable: 'MONGODB_URI', when: /^mongodb(\+srv)?:/ },
};

const rowsAreInMongo = 'rows are kept in MongoDB: set MONGODB_URI';
const limitsAreInMongo = 'limits and caches are shared through MongoDB: set MONGODB_URI';
const metricsAreScraped = 'metrics are read at /metrics: see METRICS_PORT';

const replaced: Readonly<Record<string, string>> = {
  JWT_SECRET_KEY: 'set JWT_SECRET',
  SERVICE_PORT: 'set PORT',
  ENVIRONMENT: 'set NODE_ENV',
  DATABASE_URL: rowsAreInMongo,
  MONGO_URI: rowsAreInMongo,
  SQLITE_DB_PATH: rowsAreInMongo,
  AWS_DYNAMODB_TABLE: rowsAreInMongo,
  AWS_USERS_TABLE: rowsAreInMongo,
  USE_LOCAL_DYNAMODB: rowsAreInMongo,
  DB_HOST: rowsAreInMongo,
  DB_PORT: rowsAreInMongo,
  DB_USER: rowsAreInMongo,
  DB_PASSWORD: rowsAreInMongo,
  DB_NAME: rowsAreInMongo,
  REDIS_HOST: limitsAreInMongo,
  REDIS_PORT: limitsAreInMongo,
  REDIS_URL: limitsAreInMongo,
  REDIS_PASSWORD: limitsAreInMongo,
  REDIS_ENABLED: limitsAreInMongo,
  CACHE_TTL_SECONDS: limitsAreInMongo,
  ENABLE_CLOUDWATCH: metricsAreScraped,
  CLOUDWATCH_NAMESPACE: metricsAreScraped,
  MLFLOW_TRACKING_URI: 'runs are kept by Temporal and rows by MongoDB: set TEMPORAL_ADDRESS and MONGODB_URI',
  MODEL_VERSION: 'the classifier names its own model: set HF_SPACE_URL',
};

/** Variables of features that this version does not have: whoever sets one should not believe that it works. */
const notServed: readonly [RegExp, string][] = [
  [/^PLAN_WAIT_MS$/, 'meal plans'],
  [
    /^(RETRAIN_CRON|RETRAIN_THRESHOLD_DAYS|(DEFAULT|MAX)_RECOMMENDATION_COUNT|MIN_SIMILARITY_SCORE)$/,
    'recommendations',
  ],
  [/^WEBHOOK_(ALLOW_PRIVATE|PORTS|RETRY_MS)$/, 'webhooks'],
];

/** The environment with foreign names mapped to ours, and one line about each name that was. Values are never repeated. */
export const translateForeignNames = (env: Environment): { env: Environment; notices: string[] } => {
  const translated: Record<string, string | undefined> = { ...env };
  const notices: string[] = [];
  const given = Object.keys(env).filter((name) => isSet(env[name]));
  for (const name of given.sort()) {
    const target = takenOver[name];
    if (target !== undefined && !isSet(env[target.variable]) && (target.when ?? /./).test(env[name] ?? '')) {
      translated[target.variable] = env[name];
      notices.push(`${name} is read as ${target.variable}: set ${target.variable} instead.`);
    } else if (replaced[name] !== undefined) {
      notices.push(`${name} is ignored: ${replaced[name]}.`);
    } else {
      const feature = notServed.find(([pattern]) => pattern.test(name))?.[1];
      if (feature !== undefined) notices.push(`${name} is ignored: this version of Palate does not serve ${feature}.`);
    }
  }
  return { env: translated, notices };
};

const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';
