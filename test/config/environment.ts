/** The least environment that parses: what `npm start` passes, with addresses that nobody listens on. */
export const leastEnvironment = {
  NODE_ENV: 'test',
  MONGODB_URI: 'mongodb://127.0.0.1:1/palate',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  JWT_SECRET: 'a-secret-of-tests-only',
  PALATE_ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
} as const;
