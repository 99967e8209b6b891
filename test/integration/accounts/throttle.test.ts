import { createPasswords } from '../../../src/api/accounts/passwords';
import { loginLimits } from '../../../src/api/accounts/throttle';
import { freshEmail, goodPassword, newcomer, openHouse, type House } from './house';

const limits = { ...loginLimits, pair: 3, account: 8, underAttackPair: 1, address: 12 };
let house: House;
beforeAll(async () => {
  house = await openHouse({ loginLimits: limits });
}, 60_000);
afterAll(() => house.close());

const login = (email: string, password: string, from: string) => house.post('/login', { email, password }, { from });
let lastHost = 0;
/** An address nobody has used in this file. */
const elsewhere = () => {
  lastHost += 1;
  return `192.0.2.${String(lastHost)}`;
};

async function fail(times: number, email: string, from: string): Promise<number[]> {
  const statuses = [];
  for (let n = 0; n < times; n += 1) statuses.push((await login(email, `Wrong-${String(n)}`, from)).status);
  return statuses;
}

describe('failed sign-ins', () => {
  it('from one address close the account to that address for a while, and say how long', async () => {
    const { email } = await newcomer(house);
    const home = elsewhere();
    expect(await fail(4, email, home)).toEqual([401, 401, 401, 429]);
    const refused = await login(email, goodPassword, home);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(14 * 60);
    expect(refused.body.detail).toMatch(/Try again in 1[45] minutes/);
    expect((await login(email, goodPassword, elsewhere())).status).toBe(200);
    house.pass(limits.windowMs);
    expect((await login(email, goodPassword, home)).status).toBe(200);
  });

  it('are forgotten by a success', async () => {
    const { email } = await newcomer(house);
    const home = elsewhere();
    for (let round = 0; round < 3; round += 1) {
      expect(await fail(2, email, home)).toEqual([401, 401]);
      expect((await login(email, goodPassword, home)).status).toBe(200);
    }
  });

  it('of an account nobody has are counted alike', async () => {
    expect(await fail(4, freshEmail(), elsewhere())).toEqual([401, 401, 401, 429]);
  });

  it('over many accounts close the address', async () => {
    const office = elsewhere();
    for (let n = 0; n < limits.address; n += 1) expect((await login(freshEmail(), 'Wrong-1', office)).status).toBe(401);
    const { email } = await newcomer(house);
    expect((await login(email, goodPassword, office)).status).toBe(429);
    expect((await login(email, goodPassword, elsewhere())).status).toBe(200);
  });

  it('from ever new addresses never lock the owner out, but leave each of them one guess', async () => {
    const { email } = await newcomer(house);
    for (let n = 0; n < limits.account; n += 1) await fail(1, email, elsewhere());
    // Under attack now: each address has one attempt.
    expect(await fail(2, email, elsewhere())).toEqual([401, 429]);
    for (let day = 0; day < 3; day += 1) {
      for (let n = 0; n < limits.account; n += 1) await fail(1, email, elsewhere());
      expect((await login(email, goodPassword, elsewhere())).status).toBe(200);
      house.pass(limits.windowMs + 1);
    }
  });

  it('sent all at once are not looked at more often than sent in turn, but for those under way', async () => {
    const { email } = await newcomer(house);
    const from = elsewhere();
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => login(email, `Wrong-${String(n)}`, from)));
    const lookedAt = answers.filter(({ status }) => status === 401).length;
    expect(lookedAt).toBeGreaterThanOrEqual(limits.pair);
    expect(lookedAt).toBeLessThanOrEqual(limits.pair + 3); // four at a time here
  });

  it('keep no address and no e-mail', async () => {
    const [email, from] = [freshEmail(), elsewhere()];
    await fail(1, email, from);
    const rows = JSON.stringify(await house.connection.collection('account_attempts').find().toArray());
    expect(rows).not.toContain(from);
    expect(rows).not.toContain(email);
  });
});

it('a wrong password and an unknown account take the same time', async () => {
  const slow = await openHouse({
    beside: house,
    passwords: createPasswords(),
    loginLimits: { ...limits, pair: 1000, address: 1000, account: 1000 },
  });
  const { email } = await newcomer(slow);
  const timed = async (who: string) => {
    const start = performance.now();
    expect((await slow.post('/login', { email: who, password: 'Not-the-0ne' })).status).toBe(401);
    return performance.now() - start;
  };
  await timed(email);
  const known: number[] = [];
  const unknown: number[] = [];
  for (let n = 0; n < 7; n += 1) {
    known.push(await timed(email));
    unknown.push(await timed(freshEmail()));
  }
  // The fastest of each: whatever else the machine does makes none faster.
  const ratio = Math.min(...unknown) / Math.min(...known);
  // Without the look at nobody's hash the ratio is below 0.1.
  expect(ratio).toBeGreaterThan(0.8);
  expect(ratio).toBeLessThan(1.25);
  await slow.close();
}, 60_000);
