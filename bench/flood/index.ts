/**
 * `npm run bench:flood`: how long a log-in takes while sign-ups arrive from another address, 80 at once.
 *
 * The real process (`dist/main.js`, role `api`) on real engines, with passwords as they are hashed in earnest. Each log-in alone is followed
 * by one that comes right after a new flood, so that both see the same machine. LOGINS (default 20) sets how many of each, FLOOD (default 80)
 * how many sign-ups. `SIGNUPS_PER_HOUR` is out of the way: with it the flood would be refused before it costs anything.
 */
import { expectAtMost, percentile, table } from '../figures';
import { startPalate } from '../palate';
import { run } from '../run';

const logIns = Number(process.env.LOGINS ?? 20);
const flood = Number(process.env.FLOOD ?? 80);
/** A proxy that is trusted says where a request comes from. */
const [person, attacker] = ['192.0.2.1', '192.0.2.2'];
const password = 'Correct-horse-1';

async function main(): Promise<void> {
  const palate = await startPalate({ TRUST_PROXY: '1', SIGNUPS_PER_HOUR: '1000000', RATE_LIMIT_MAX: '1000000' });
  const post = async (path: string, from: string, body: object) => {
    const askedAt = performance.now();
    const response = await fetch(palate.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return { status: response.status, ms: performance.now() - askedAt };
  };
  let newcomers = 0;
  const signUp = (from: string) => post('/signup', from, { email: `bench-${(newcomers += 1)}@example.com`, password });
  const logIn = async () => {
    const { status, ms } = await post('/login', person, { email: 'bench-1@example.com', password });
    if (status !== 200) throw new Error(`The log-in answered ${status}`);
    return ms;
  };

  try {
    await signUp(person);
    await logIn();
    const [alone, beside]: [number[], number[]] = [[], []];
    const outcomes = new Map<number, number>();
    for (let turn = 0; turn < logIns; turn += 1) {
      alone.push(await logIn());
      const arriving = Array.from({ length: flood }, () => signUp(attacker));
      beside.push(await logIn());
      for (const { status } of await Promise.all(arriving)) outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
    }
    const row = (name: string, ms: number[]) => [
      name,
      ...[50, 95, 100].map((p) => `${percentile(ms, p).toFixed(0)} ms`),
    ];
    console.log(
      table([
        ['log-in', 'p50', 'p95', 'slowest'],
        row('alone', alone),
        row(`beside ${flood} sign-ups at once`, beside),
      ]),
    );
    const ratio = percentile(beside, 50) / percentile(alone, 50);
    const answered = [...outcomes].sort().map(([status, count]) => `${count} answered ${status}`);
    console.log(
      `${ratio.toFixed(1)} times as long at the median. Of ${logIns * flood} sign-ups ${answered.join(', ')}.`,
    );
    expectAtMost('A log-in beside a flood', ratio, 8, 'times as long as alone');
  } finally {
    await palate.stop();
  }
}

run(main);
