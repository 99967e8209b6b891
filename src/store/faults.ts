/**
 * Whether MongoDB refused a write because a unique index holds the value already (code 11000). Read by shape: an error from another
 * realm is no `instanceof` ours.
 */
export const isDuplicateKey = (error: unknown): error is { code: 11000; keyPattern?: Record<string, unknown> } =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;

/** `insertMany` wraps a connection that broke under it; what it wraps says what happened. */
export function unwrapped(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'MongoBulkWriteError') return error;
  const inner: unknown = Reflect.get(error, 'errorResponse');
  return inner instanceof Error ? inner : error;
}

const passingLabels = ['RetryableWriteError', 'TransientTransactionError'];

/** MongoDB's own words for "try again": a step-down, a shutdown, a write conflict that outlasted its retries, a reading that took too long. */
export function passes(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'MongooseError') return error.message.includes('buffering timed out');
  if (Reflect.get(error, 'codeName') === 'MaxTimeMSExpired') return true;
  const labels: unknown = Reflect.get(error, 'errorLabels');
  return Array.isArray(labels) && passingLabels.some((label) => labels.includes(label));
}
