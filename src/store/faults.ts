/**
 * Whether MongoDB refused a write because a unique index holds the value already (code 11000). Read by shape: an error from another
 * realm is no `instanceof` ours.
 */
export const isDuplicateKey = (error: unknown): error is { code: 11000; keyPattern?: Record<string, unknown> } =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
