/**
 * `npm run bench:outage [users] [batch|alone] [seconds]`: the ML service is away while many users change, two replicas look on, and it comes
 * back. How often it was asked meanwhile, and how long it takes until all are acknowledged; for docs/performance.md.
 */
import { Client, Connection } from '@temporalio/client';
import { ReceiverDouble } from '../../test/doubles/contextReceiver';
import { faults } from '../../test/doubles/doubleServer';
import { startPalateProcess } from '../../test/e2e/palateProcess';
import { openPeople, type People } from '../../test/e2e/people';
import { eventually } from '../../test/eventually';
import { startTestEngines } from '../engines';
import { table } from '../figures';
import { run } from '../run';

const users = Number(process.argv[2] ?? 20_000);
const isBatch = (process.argv[3] ?? 'batch') === 'batch';
const outageMs = Number(process.argv[4] ?? 120) * 1_000;
const receiverMs = 20;
const maxRps = 50;
const madeAtOnce = 16;
const finishWithinMs = 3_600_000;

async function main(): Promise<number> {
  const receiver = await new ReceiverDouble().start();
  receiver.always(faults.status(503));
  const engines = await startTestEngines();
  const where = engines.addresses('palate-bench');
  const env = {
    FLASK_AI_BASE_URL: receiver.baseUrl,
    INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
    ...(isBatch && { CONTEXT_SYNC_BATCH_URL: receiver.batchUrl }),
    CONTEXT_SYNC_MAX_RPS: String(maxRps),
    CIRCUIT_OPEN_MAX_MS: '30000',
    LOG_LEVEL: 'error',
  };
  const replicas = [
    await startPalateProcess({ ...where, env }),
    await startPalateProcess({ ...where, env, role: 'worker' }),
  ];
  const people = await openPeople(where.mongodbUri);
  const temporal = new Client({ connection: await Connection.connect({ address: where.temporalAddress }) });
  const openRuns = async () =>
    (await temporal.workflow.count('WorkflowType = "contextSync" AND ExecutionStatus = "Running"')).count;
  try {
    const began = performance.now();
    await makeAll(people);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, outageMs - (performance.now() - began))));
    const outageS = (performance.now() - began) / 1000;
    const asked = receiver.calls;
    const runsMeanwhile = await openRuns();

    const arrivals: number[] = [];
    const back = performance.now();
    receiver.always(null);
    receiver.latencyMs = receiverMs;
    const seen = () => receiver.calls - asked;
    const watch = setInterval(() => arrivals.push(seen()), 1_000);
    await eventually(() => Promise.resolve(receiver.record.length > 0), finishWithinMs);
    const first = performance.now();
    await eventually(async () => (await people.countDue()) === 0, finishWithinMs);
    const done = performance.now();
    clearInterval(watch);
    const most = Math.max(...arrivals.map((count, at) => count - (arrivals[at - 1] ?? 0)));
    const s = (ms: number) => `${(ms / 1000).toFixed(0)} s`;
    const acknowledged = receiver.users.size;
    console.log(
      table([
        [
          'users',
          'requests',
          'away for',
          'asked meanwhile',
          'runs open meanwhile',
          'first acknowledged after',
          'all after',
          'requests',
          'most in a second',
        ],
        [
          users.toLocaleString('en-US'),
          isBatch ? 'of up to 100 users' : 'one a user',
          `${outageS.toFixed(0)} s`,
          String(asked),
          String(runsMeanwhile),
          s(first - back),
          s(done - back),
          String(seen()),
          String(most),
        ],
      ]),
    );
    const wrong = [
      ...(acknowledged < users ? [`${users - acknowledged} users never arrived.`] : []),
      ...(most > maxRps * 1.5 ? [`${most} requests in a second are more than CONTEXT_SYNC_MAX_RPS=${maxRps}.`] : []),
    ];
    for (const sentence of wrong) console.error(sentence);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await temporal.connection.close();
    await people.close();
    for (const replica of replicas) await replica.stop();
    await engines.stop();
    await receiver.stop();
  }
}

/** An account that was just made is behind: nothing of it was sent yet. */
async function makeAll(people: People): Promise<void> {
  const left = Array.from({ length: users }, (_, nth) => nth).values();
  const some = async () => {
    for (const nth of left) await people.make(`outage-${nth}`);
  };
  await Promise.all(Array.from({ length: madeAtOnce }, some));
}

run(main);
