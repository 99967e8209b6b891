import { status } from '@grpc/grpc-js';
import { startSetup, type Setup } from '../../src/worker/setup';
import { eventually } from '../eventually';

const grpc = (code: status, message: string) =>
  Object.assign(new Error(message), { code, details: message, metadata: {} });
const denied = () => Promise.reject(grpc(status.PERMISSION_DENIED, 'Request unauthorized.'));

type Step = 'schedules' | 'search_attributes';
let setup: Setup<Step> | undefined;
let reported: { step: Step; denied: boolean; againInMs: number }[];
let done: Step[];
beforeEach(() => {
  reported = [];
  done = [];
});
afterEach(() => setup?.stop());

const begin = (
  runs: Record<Step, () => Promise<void>>,
  { againMs, ...times }: { againMs?: number; deniedRetryMs?: number; retryMs?: number } = {},
): Setup<Step> =>
  (setup = startSetup<Step>({
    steps: [
      { name: 'search_attributes', run: runs.search_attributes, ...(againMs !== undefined && { againMs }) },
      { name: 'schedules', run: runs.schedules },
    ],
    onFault: (step, _error, facts) => reported.push({ step, ...facts }),
    onDone: (step) => done.push(step),
    ...times,
  }));

test('a missing right keeps nothing else from being set up, and is tried again after an hour', async () => {
  const schedules = jest.fn(() => Promise.resolve());
  const { tried, missing } = begin({ search_attributes: denied, schedules });
  await tried;
  expect(missing()).toEqual(['search_attributes']);
  expect(schedules).toHaveBeenCalledTimes(1);
  expect(reported).toEqual([{ step: 'search_attributes', denied: true, againInMs: 3_600_000 }]);
});

test('any other fault is tried again after a minute', async () => {
  const { tried } = begin({
    search_attributes: () => Promise.reject(grpc(status.UNAVAILABLE, 'It is away.')),
    schedules: () => Promise.reject(new Error('failed', { cause: grpc(status.UNAUTHENTICATED, 'No key.') })),
  });
  await tried;
  expect(reported).toEqual([
    { step: 'search_attributes', denied: false, againInMs: 60_000 },
    { step: 'schedules', denied: true, againInMs: 3_600_000 },
  ]);
});

test('the same fault is reported once, another one again, and success after all once', async () => {
  const outcomes = [denied, denied, denied, () => Promise.reject(new Error('something else'))];
  let attempts = 0;
  const schedules = () => {
    attempts += 1;
    return (outcomes.shift() ?? (() => Promise.resolve()))();
  };
  const { missing } = begin(
    { search_attributes: () => Promise.resolve(), schedules },
    { deniedRetryMs: 1, retryMs: 1 },
  );
  await eventually(() => Promise.resolve(done.length > 0));
  expect(reported.map(({ denied }) => denied)).toEqual([true, false]);
  expect(done).toEqual(['schedules']);
  expect(missing()).toEqual([]);
  expect(attempts).toBe(5);
});

test('stopping does not wait for a Temporal that is away', async () => {
  const stalled = begin({ search_attributes: () => new Promise(() => undefined), schedules: denied });
  await stalled.stop();
  expect(reported).toEqual([]);
});

test('what comes after a step that succeeds late is done again, as it may have gone without', async () => {
  let attempts = 0;
  const late = () => ((attempts += 1) === 1 ? denied() : Promise.resolve());
  const schedules = jest.fn(() => Promise.resolve());
  const { tried, missing } = begin({ search_attributes: late, schedules }, { deniedRetryMs: 1 });
  await tried;
  await eventually(() => Promise.resolve(schedules.mock.calls.length === 2));
  expect(missing()).toEqual([]);
  expect(done).toEqual(['search_attributes']);
  expect(attempts).toBe(2);
});

test('a step that is to be checked is done again after it succeeded, and one that Temporal does not answer then is not missing', async () => {
  const away = () => Promise.reject(grpc(status.UNAVAILABLE, 'It is away.'));
  const outcomes = [() => Promise.resolve(), away, () => Promise.resolve(), denied, () => Promise.resolve()];
  let attempts = 0;
  const made = () => outcomes[Math.min(attempts++, outcomes.length - 1)]!();
  const schedules = jest.fn(() => Promise.resolve());
  const { missing } = begin({ search_attributes: made, schedules }, { againMs: 1, deniedRetryMs: 1, retryMs: 1 });
  await eventually(() => Promise.resolve(attempts > outcomes.length));
  expect(reported).toEqual([{ step: 'search_attributes', denied: true, againInMs: 1 }]);
  expect(done).toEqual(['search_attributes']);
  expect(schedules).toHaveBeenCalledTimes(2);
  expect(missing()).toEqual([]);
});
