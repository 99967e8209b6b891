import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { mongo } from 'mongoose';
import { TemporalUnavailable } from '../../src/api/deps';
import { problem } from '../../src/api/errors';
import { translate } from '../../src/api/middleware/translate';
import {
  ObjectMissing,
  ObjectStoreFull,
  ObjectStoreRefused,
  ObjectStoreUnavailable,
} from '../../src/services/objects/objectStore';

/** What the driver adds to a failed insert; nobody reads it. */
const nothingWritten = {} as mongo.BulkWriteResult;
const named = (name: string, more: object = {}) => Object.assign(new Error('10.0.0.7 refused'), { name, ...more });
const rejectedBy = (type: string) =>
  new WorkflowUpdateFailedError('rejected', ApplicationFailure.create({ type, message: 'The plan is closed.' }));
const grpc = (code: number) => Object.assign(new Error('grpc'), { code, details: 'host 10.0.0.7', metadata: {} });

test.each<[string, unknown, number, string]>([
  ['started already', new WorkflowExecutionAlreadyStartedError('x', 'id', 'type'), 409, 'conflict'],
  ['run not found', new WorkflowNotFoundError('x', 'id', undefined), 404, 'not-found'],
  ['update refused for its state', rejectedBy('PlanStateConflict'), 409, 'conflict'],
  ['update refused for what it asks', rejectedBy('MealUnknown'), 422, 'unprocessable'],
  ['update not answered', new WorkflowUpdateRPCTimeoutOrCancelledError('x'), 503, 'unavailable'],
  ['Temporal away', new TemporalUnavailable(), 503, 'unavailable'],
  ['gRPC unavailable', grpc(14), 503, 'unavailable'],
  ['gRPC unavailable inside', new Error('outer', { cause: grpc(4) }), 503, 'unavailable'],
  ['gRPC fault of ours', grpc(3), 500, 'internal'],
  ['MongoDB away', named('MongoServerSelectionError'), 503, 'unavailable'],
  ['MongoDB stepping down', named('MongoServerError', { errorLabels: ['RetryableWriteError'] }), 503, 'unavailable'],
  ['MongoDB taking too long', named('MongoServerError', { codeName: 'MaxTimeMSExpired' }), 503, 'unavailable'],
  [
    'MongoDB gone in the middle of an insert',
    new mongo.MongoBulkWriteError(new mongo.MongoNetworkError('read ECONNRESET'), nothingWritten),
    503,
    'unavailable',
  ],
  [
    'mongoose waited in vain',
    named('MongooseError', { message: 'Operation `x` buffering timed out' }),
    503,
    'unavailable',
  ],
  ['another fault of MongoDB', named('MongoServerError', { code: 2 }), 500, 'internal'],
  ['object store away', new ObjectStoreUnavailable('disk at /var/x'), 503, 'unavailable'],
  ['object store full', new ObjectStoreFull('disk at /var/x'), 503, 'unavailable'],
  ['object store refusing', new ObjectStoreRefused('bucket at 10.0.0.7'), 503, 'unavailable'],
  ['object gone', new ObjectMissing('photos/1/original'), 404, 'not-found'],
  ['a bug', new TypeError('x is not a function'), 500, 'internal'],
  ['nothing', undefined, 500, 'internal'],
  ['a problem', problem('gone'), 410, 'gone'],
])('%s', (_name, error, status, kind) => {
  const found = translate(error);
  expect([found.status, found.kind]).toEqual([status, kind]);
  expect(found.message).not.toMatch(/10\.0\.0\.7|\/var\/x|photos\/1|not a function|grpc/);
  if (status === 503) expect(found.headers['retry-after']).toMatch(/^\d+$/);
});

test('the reason a workflow gives is what the client reads', () => {
  expect(translate(rejectedBy('MealUnknown')).message).toBe('The plan is closed.');
});
