import { MockActivityEnvironment } from '@temporalio/testing';
import { inPhase, type PhaseDeps } from '../../../src/activities/training/watching';
import type { Watch } from '../../../src/activities/training/engine';
import type { PhaseAttempts, TrainingRun } from '../../../src/model/training';
import { TrainingRefused } from '../../../src/ml/recommend/training/prepare';
import { ObjectStoreFull, ObjectStoreUnavailable } from '../../../src/services/objects';

/** The row of one run, in memory, with what is written to it. */
function open() {
  const row = { message: null as string | null, attempts: null as PhaseAttempts | null };
  const logged: unknown[] = [];
  const looks = { count: 0, answered: Promise.resolve() };
  const run = () => ({ id: 'r1', projectId: 1, cancelRequestedAt: null, createdAt: new Date(), startedAt: new Date(), ...row }) as unknown as TrainingRun; // prettier-ignore
  const runs: Partial<PhaseDeps['training']['runs']> = {
    beginPhase: (_id, phase, by) => {
      row.attempts = { phase, by, faults: row.attempts?.faults ?? 0 };
      return Promise.resolve(run());
    },
    endAttempt: (_id, _by, isFault) => {
      if (row.attempts === null) return Promise.resolve(null);
      row.attempts = { ...row.attempts, by: null, faults: row.attempts.faults + Number(isFault) };
      return Promise.resolve(row.attempts.faults);
    },
    note: (_id, { message }) => {
      row.message = message ?? null;
      return Promise.resolve(run());
    },
    heartbeat: () => {
      looks.count += 1;
      return looks.answered.then(() => false);
    },
  };
  const deps: PhaseDeps = {
    training: { runs, progress: { note: () => Promise.resolve() } } as unknown as PhaseDeps['training'],
    files: { inUse: (work) => work() },
    clock: () => new Date(),
    trainerId: 't1',
    log: { warn: (facts: object) => void logged.push(facts) },
  };
  const environment = new MockActivityEnvironment();
  const attempt = (work: (run: TrainingRun, watch: Watch) => Promise<unknown>): Promise<unknown> =>
    environment.run<[], unknown, () => Promise<unknown>>(() => inPhase(deps, 'r1', 'refit', work));
  const failing = (error: Error) => attempt(() => Promise.reject(error)).catch((failure: unknown) => failure);
  return { row, logged, looks, environment, attempt, failing };
}
const named = (name: string, more: object = {}) =>
  Object.assign(new Error('connect to secret-host'), { name, ...more });

describe('what a phase throws', () => {
  it.each([
    ['ObjectStoreFull', new ObjectStoreFull('/home/secret')],
    ['ObjectStoreUnavailable', new ObjectStoreUnavailable('secret bucket')],
    ['MongoUnavailable', named('MongoServerSelectionError')],
    ['MongoUnavailable', named('MongoServerError', { errorLabels: ['TransientTransactionError'] })],
    ['TrainerDiskFull', named('Error', { code: 'ENOSPC' })],
  ])('is told as %s, logged as it is, and never counted', async (type, error) => {
    const { row, logged, failing } = open();
    for (let time = 0; time < 20; time += 1) {
      const failure = await failing(error);
      expect(failure).toMatchObject({ type, nonRetryable: false, cause: undefined });
      expect(String(failure)).not.toMatch(/secret/);
    }
    expect(row).toMatchObject({ message: null, attempts: { by: null, faults: 0 } });
    expect(logged[0]).toMatchObject({ err: error });
  });

  it('is counted where it may be lasting, tried after longer and longer pauses, and given up the fifth time', async () => {
    const { row, failing } = open();
    const failures: unknown[] = [];
    for (let time = 0; time < 5; time += 1) failures.push(await failing(new TypeError('secret of line 7')));
    for (const [at, seconds] of [5, 15, 45, 135].entries())
      expect(failures[at]).toMatchObject({
        type: 'TrainingPhaseFailed',
        nextRetryDelay: seconds * 1000,
        nonRetryable: false,
      });
    expect(failures[4]).toMatchObject({ type: 'TrainingGivenUp', nonRetryable: true });
    expect(JSON.stringify(failures) + String(failures)).not.toMatch(/secret/);
    expect(row.message).toMatch(/^Fitting what is served to everything ended its trainer, or failed, 5 times/);
  });

  it('as a refusal, also from a thread, is the message of the row', async () => {
    for (const error of [
      new TrainingRefused('Bring more.'),
      Object.assign(new Error('Bring more.'), { name: 'TrainingRefused' }),
    ]) {
      const { row, failing } = open();
      expect(await failing(error)).toMatchObject({ type: 'TrainingRefused', nonRetryable: true });
      expect(row).toMatchObject({ message: 'Bring more.', attempts: { faults: 0 } });
    }
  });

  it('of a trainer that is stopped is what stopped it, and counts nothing', async () => {
    const { row, environment, attempt } = open();
    const ended = attempt(
      (_run, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
          environment.cancel('WORKER_SHUTDOWN');
        }),
    );
    await expect(ended).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(row.attempts).toMatchObject({ by: null, faults: 0 });
  });
});

it('while MongoDB hangs one look is under way, and no more', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const { looks, attempt } = open();
    let answer: () => void = () => undefined;
    looks.answered = new Promise((resolve) => (answer = resolve));
    const counts = await attempt(async () => {
      await jest.advanceTimersByTimeAsync(30_000);
      const whileItHangs = looks.count;
      answer();
      await jest.advanceTimersByTimeAsync(3_000);
      return [whileItHangs, looks.count];
    });
    expect(counts).toEqual([1, 4]);
  } finally {
    jest.useRealTimers();
  }
});
