import { ApplicationFailure } from '@temporalio/activity';
import { trainingFailures } from '../../messages/training';
import { ObjectStoreFull, ObjectStoreUnavailable } from '../../services/objects';

/**
 * What ended an attempt, as Temporal's history is told: a fixed sentence, as messages of errors may quote a file or name a path. Those are in the log.
 */
export interface Fault {
  readonly type: string;
  readonly message: string;
  /** Passes by itself, or when an operator has acted: it is tried for as long as it takes. */
  readonly passes: boolean;
}

export function faultOf(error: unknown): Fault {
  if (error instanceof ObjectStoreFull)
    return { type: error.name, message: 'No room is left in the object store.', passes: true };
  if (error instanceof ObjectStoreUnavailable)
    return { type: error.name, message: 'The object store cannot be used now.', passes: true };
  if (isMongoAway(error)) return { type: 'MongoUnavailable', message: 'MongoDB cannot be used now.', passes: true };
  if (fullCodes.has(textOf(error, 'code')))
    return { type: 'TrainerDiskFull', message: 'No room is left on the disk of the trainer.', passes: true };
  return {
    type: trainingFailures.phaseFailed,
    message: 'The phase failed; the log of the trainer says why.',
    passes: false,
  };
}

/** After a fault that does not pass, each pause is three times as long as the one before. */
export const failureOf = ({ type, message }: Fault, faults: number | null): ApplicationFailure =>
  ApplicationFailure.create({
    message,
    type,
    ...(faults !== null && { nextRetryDelay: firstPauseMs * 3 ** Math.max(0, faults - 1) }),
  });
const firstPauseMs = 5_000;

/** The message is a sentence for whoever brought the data; also of an error that came from a thread. */
export const isRefusal = (error: unknown): error is Error => error instanceof Error && error.name === 'TrainingRefused';

const fullCodes = new Set(['ENOSPC', 'EDQUOT']);
const awayNames =
  /^Mongo.*(Network|ServerSelection|NotConnected|PoolCleared|WaitQueueTimeout|TopologyClosed|OperationTimeout)/;
const passingLabels = ['RetryableWriteError', 'TransientTransactionError'];

function isMongoAway(error: unknown): boolean {
  const name = textOf(error, 'name');
  if (name === 'MongoBulkWriteError') return isMongoAway(Reflect.get(error as object, 'errorResponse'));
  if (awayNames.test(name) || textOf(error, 'codeName') === 'MaxTimeMSExpired') return true;
  if (name === 'MongooseError') return textOf(error, 'message').includes('buffering timed out');
  const labels: unknown = isObject(error) ? Reflect.get(error, 'errorLabels') : undefined;
  return Array.isArray(labels) && passingLabels.some((label) => labels.includes(label));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const textOf = (error: unknown, key: string): string => {
  const value: unknown = isObject(error) ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' ? value : '';
};
