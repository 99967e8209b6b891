/** The least environment that parses: what `npm start` passes, with addresses that nobody listens on. */
export const leastEnvironment: Readonly<Record<string, string>> = {
  NODE_ENV: 'test',
  MONGODB_URI: 'mongodb://127.0.0.1:1/palate',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  JWT_SECRET: 'signs-tokens-of-tests-only',
  PALATE_ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
};

/** An environment fit for production. */
export const productionEnvironment: Readonly<Record<string, string>> = {
  ...leastEnvironment,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://palate.example.com',
  JWT_SECRET: 'f3b1c59a7d20e846aa91c7d05e3f682b4c9d1e70',
  PALATE_ENCRYPTION_KEYS: Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 251)).toString('base64'),
};
