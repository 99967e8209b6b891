import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { passes, unwrapped } from '../../store/faults';
import { HttpProblem, problem } from '../errors';

/**
 * The one place where an error of any kind becomes a problem. What it does not know is 500, with nothing of the inside in it.
 * Errors of other rooms are known by name, so that the API need not load their clients.
 */

const retryAfterS = 5;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');
const textOf = (error: object, key: string): string => {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : '';
};

const away: Readonly<Record<string, string>> = {
  TemporalUnavailable: 'The workflow engine cannot be reached; try again soon.',
  TemporalAway: 'The workflow engine cannot be reached; try again soon.',
  ObjectStoreUnavailable: 'The store of pictures and files cannot be reached; try again soon.',
  WorkflowUpdateRPCTimeoutOrCancelledError: 'The workflow did not answer in time; try again soon.',
  MongoServerSelectionError: 'The database cannot be reached; try again soon.',
  MongoNetworkError: 'The database cannot be reached; try again soon.',
  MongoNetworkTimeoutError: 'The database does not answer; try again soon.',
  MongoNotConnectedError: 'The database cannot be reached; try again soon.',
  MongooseServerSelectionError: 'The database cannot be reached; try again soon.',
  MongoPoolClearedError: 'The database cannot be reached; try again soon.',
  MongoWaitQueueTimeoutError: 'The database is too busy; try again soon.',
  MongoTopologyClosedError: 'The database cannot be reached; try again soon.',
  MongoOperationTimeoutError: 'The database does not answer; try again soon.',
};

/** Status codes of gRPC: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE, CANCELLED. */
const grpcAway = new Set([1, 4, 8, 14]);

/** An update that a workflow refused: its failure's type says whether the state (409) or the request (422) is at fault. */
function updateRejected(error: WorkflowUpdateFailedError): HttpProblem {
  const { cause } = error;
  const detail = cause?.message ?? '';
  const type = cause ? textOf(cause, 'type') : '';
  const kind = /conflict|state|already|busy|closed/i.test(type) ? 'conflict' : 'unprocessable';
  return problem(kind, { ...(detail === '' ? {} : { detail }), cause: error });
}

/** Express's own errors carry a status; only those it makes for the address are left, as bodies are read here. */
const expressStatus = (error: unknown): number | undefined => {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
  return typeof status === 'number' ? status : undefined;
};

export function translate(given: unknown): HttpProblem {
  if (given instanceof HttpProblem) return given;
  const error = unwrapped(given);
  if (error instanceof WorkflowNotFoundError)
    return problem('not-found', { detail: 'This run does not exist any more.', cause: error });
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return problem('conflict', { detail: 'This was started already; look at the existing one.', cause: error });
  }
  if (error instanceof WorkflowUpdateFailedError) return updateRejected(error);
  const sentence =
    away[nameOf(error)] ?? (passes(error) ? 'The database cannot do this right now; try again soon.' : undefined);
  if (sentence !== undefined) return problem('unavailable', { detail: sentence, retryAfterS, cause: error });
  if (nameOf(error) === 'ObjectMissing')
    return problem('not-found', { detail: 'This file does not exist any more.', cause: error });
  if (nameOf(error) === 'ObjectStoreFull') {
    return problem('unavailable', {
      detail: 'There is no room left to store files; tell the operator.',
      retryAfterS: 60,
      cause: error,
    });
  }
  if (nameOf(error) === 'ObjectStoreRefused') {
    return problem('unavailable', {
      detail: 'The store of pictures and files refuses this server; tell the operator.',
      retryAfterS: 60,
      cause: error,
    });
  }
  const grpc = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isGrpcServiceError(grpc) && grpcAway.has(grpc.code)) {
    return problem('unavailable', {
      detail: 'The workflow engine cannot be reached; try again soon.',
      retryAfterS,
      cause: error,
    });
  }
  if (expressStatus(error) === 400) return problem('malformed-url', { cause: error });
  return problem('internal', { cause: error });
}
