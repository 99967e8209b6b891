import { isGrpcServiceError } from '@temporalio/client';
import { TemporalAway } from './temporal';

/** What a call to Temporal failed of. */

/** gRPC: DEADLINE_EXCEEDED, and CANCELLED, as which a deadline of ours may come back. */
const overdueCodes = new Set([1, 4]);
/** gRPC: as above, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const awayCodes = new Set([...overdueCodes, 8, 14]);

const causeOf = (error: unknown): unknown =>
  error instanceof Error && !isGrpcServiceError(error) ? error.cause : error;
const hasOneOf = (codes: ReadonlySet<number>, error: unknown): boolean => {
  const cause = causeOf(error);
  return isGrpcServiceError(cause) && codes.has(cause.code);
};

/** It did not answer within our time. */
export const isOverdue = (error: unknown): boolean => hasOneOf(overdueCodes, error);

/** It did not answer: nothing is wrong with what was asked. */
export const isAway = (error: unknown): boolean =>
  error instanceof TemporalAway || causeOf(error) instanceof TemporalAway || hasOneOf(awayCodes, error);

/** gRPC: PERMISSION_DENIED, UNAUTHENTICATED, and UNIMPLEMENTED, as which Temporal Cloud answers what it keeps to itself. */
const deniedCodes = new Set([7, 16, 12]);

/** Only a person can change it: the caller may not. */
export const isDenied = (error: unknown): boolean => hasOneOf(deniedCodes, error);

/** gRPC: INVALID_ARGUMENT. */
const invalidCodes = new Set([3]);

/** What was asked names a search attribute that nobody has made. */
export const isUnknownSearchAttribute = (error: unknown): boolean => {
  const cause = causeOf(error);
  return hasOneOf(invalidCodes, error) && cause instanceof Error && /search attribute/i.test(cause.message);
};
