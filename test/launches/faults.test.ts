import { ServiceError } from '@temporalio/client';
import { isAway, isDenied, isOverdue, isUnknownSearchAttribute } from '../../src/launches/faults';
import { TemporalAway } from '../../src/launches/temporal';

const grpc = (code: number) => Object.assign(new Error(`gRPC ${code}`), { code, details: '', metadata: {} });
const wrapped = (cause: unknown) => new ServiceError('The call failed', { cause: cause as Error });

it.each([
  ['cancelled', grpc(1), true, true],
  ['a deadline', grpc(4), true, true],
  ['a deadline, as the client wraps it', wrapped(grpc(4)), true, true],
  ['its quota', grpc(8), true, false],
  ['unavailable', wrapped(grpc(14)), true, false],
  ['no connection', new TemporalAway('It cannot be reached.'), true, false],
  ['no connection, as the API wraps it', new Error('away', { cause: new TemporalAway('No.') }), true, false],
  ['an argument that it refuses', wrapped(grpc(3)), false, false],
  ['a fault of ours', new TypeError('undefined is not a function'), false, false],
  ['no error', 'away', false, false],
])('%s', (_, error, away, overdue) => {
  expect([isAway(error), isOverdue(error)]).toEqual([away, overdue]);
});

it.each([
  ['no permission', grpc(7), true],
  ['no credentials, as the client wraps it', wrapped(grpc(16)), true],
  ['what Temporal Cloud keeps to itself', grpc(12), true],
  ['unavailable', grpc(14), false],
  ['a fault of ours', new TypeError('undefined is not a function'), false],
])('denied: %s', (_, error, denied) => {
  expect(isDenied(error)).toBe(denied);
});

it.each([
  [
    'one that is not known',
    wrapped(Object.assign(grpc(3), { message: 'no mapping defined for search attribute PalateFeature' })),
    true,
  ],
  ['another argument', wrapped(grpc(3)), false],
  ['something else about one', Object.assign(grpc(14), { message: 'search attribute' }), false],
])('a search attribute: %s', (_, error, unknown) => {
  expect(isUnknownSearchAttribute(error)).toBe(unknown);
});
