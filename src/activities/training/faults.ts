import { ApplicationFailure } from '@temporalio/activity';
import { trainingFailures } from '../../messages/training';
import { ObjectStoreFull, ObjectStoreUnavailable } from '../../services/objects';
import { passes, unwrapped } from '../../store/faults';

/**
 * What ended an attempt, as it stands in Temporal's history: a fixed sentence. Messages of errors may quote a file or name a path; they are in the log.
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

/** Its message is for the owner of the data. By its name, as it may come from a thread. */
export const isRefusal = (error: unknown): error is Error => error instanceof Error && error.name === 'TrainingRefused';

const fullCodes = new Set(['ENOSPC', 'EDQUOT']);
const awayNames =
  /^Mongo.*(Network|ServerSelection|NotConnected|PoolCleared|WaitQueueTimeout|TopologyClosed|OperationTimeout)/;

function isMongoAway(given: unknown): boolean {
  const error = unwrapped(given);
  return awayNames.test(textOf(error, 'name')) || passes(error);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const textOf = (error: unknown, key: string): string => {
  const value: unknown = isObject(error) ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' ? value : '';
};
