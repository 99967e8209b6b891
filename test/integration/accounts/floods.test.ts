import { createPasswords } from '../../../src/api/accounts/passwords';
import { freshEmail, goodPassword, newcomer, openHouse, type House } from './house';

const generous = { windowMs: 900_000, pair: 1_000, account: 1_000, underAttackPair: 1_000, address: 1_000 };

const signUpFrom = (house: House, from: string, headers: Record<string, string> = {}, email = freshEmail()) =>
  house.post('/api/auth/register', { email, password: goodPassword }, { from, headers });

describe('sign-ups of one address', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ signupsPerHour: 4 });
  }, 60_000);
  afterAll(() => house.close());

  it('are so many an hour and no more, at whatever door; another address is not concerned', async () => {
    house.toNextWindow(3_600_000);
    const doors = ['/auth/signup', '/signup', '/api/auth/register', '/api/v1/users/signup', '/signup'];
    const statuses = [];
    for (const door of doors)
      statuses.push(
        (await house.post(door, { email: freshEmail(), password: goodPassword }, { from: '192.0.2.1' })).status,
      );
    expect(statuses).toEqual([201, 201, 201, 201, 429]);
    const refused = await signUpFrom(house, '192.0.2.1');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect((await signUpFrom(house, '192.0.2.2')).status).toBe(201);
    house.pass(3_600_000);
    expect((await signUpFrom(house, '192.0.2.1')).status).toBe(201);
  });

  it('count by /64 where it is IPv6, and by IPv4 where that is written as IPv6', async () => {
    house.toNextWindow(3_600_000);
    const from = (n: number) => signUpFrom(house, `2001:db8:1:2::${String(n)}`);
    const statuses = [];
    for (let n = 1; n <= 5; n += 1) statuses.push((await from(n)).status);
    expect(statuses).toEqual([201, 201, 201, 201, 429]);
    expect((await signUpFrom(house, '2001:db8:1:3::1')).status).toBe(201);
    const written = ['192.0.2.9', '::ffff:192.0.2.9', '192.0.2.9', '::ffff:192.0.2.9', '::ffff:192.0.2.9'];
    const mapped = [];
    for (const address of written) mapped.push((await signUpFrom(house, address)).status);
    expect(mapped).toEqual([201, 201, 201, 201, 429]);
  });

  it('that are refused for their form are none, nor is the repeat of one under its key', async () => {
    house.toNextWindow(3_600_000);
    const address = '192.0.2.20';
    for (let n = 0; n < 6; n += 1) expect((await signUpFrom(house, address, {}, 'no address')).status).toBe(400);
    const email = freshEmail();
    for (let n = 0; n < 6; n += 1)
      expect((await signUpFrom(house, address, { 'idempotency-key': 'one' }, email)).status).toBe(201);
    for (let n = 0; n < 3; n += 1) expect((await signUpFrom(house, address)).status).toBe(201);
    const late = freshEmail();
    expect((await signUpFrom(house, address, { 'idempotency-key': 'two' }, late)).status).toBe(429);
    // A refusal is not kept under the key: it holds for this hour only.
    house.pass(3_600_000);
    expect((await signUpFrom(house, address, { 'idempotency-key': 'two' }, late)).status).toBe(201);
  });

  it('are counted for all replicas', async () => {
    const other = await openHouse({ beside: house, signupsPerHour: 4 });
    house.toNextWindow(3_600_000);
    let made = 0;
    for (let n = 0; n < 10; n += 1)
      made += (await signUpFrom(n % 2 === 0 ? house : other, '192.0.2.30')).status === 201 ? 1 : 0;
    // A replica may overshoot by the block it has on credit.
    expect(made).toBeGreaterThanOrEqual(4);
    expect(made).toBeLessThanOrEqual(6);
    await other.close();
  });
});

it('a log-in from another address has its turn beside eighty sign-ups from one', async () => {
  const house = await openHouse({ passwords: createPasswords() });
  const { email } = await newcomer(house);
  let signedUp = 0;
  const flood = Array.from({ length: 80 }, async () => {
    const answer = await signUpFrom(house, '192.0.2.40');
    if (answer.status === 201) signedUp += 1;
    return answer;
  });
  expect((await house.post('/login', { email, password: goodPassword }, { from: '192.0.2.41' })).status).toBe(200);
  // Two are at work before it, it goes before those that wait, and two more may end beside it; in the order of their coming eighty would.
  expect(signedUp).toBeLessThanOrEqual(4);
  const statuses = (await Promise.all(flood)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(8);
  expect(statuses.filter((status) => ![201, 429].includes(status))).toEqual([]);
  await house.close();
}, 60_000);

it('a flood of log-ins from one address holds up no sign-up from another', async () => {
  const house = await openHouse({ passwords: createPasswords(), loginLimits: generous });
  const { email } = await newcomer(house);
  const flood = Array.from({ length: 80 }, () =>
    house.post('/login', { email, password: 'Not-the-0ne' }, { from: '192.0.2.50' }),
  );
  expect((await signUpFrom(house, '192.0.2.51')).status).toBe(201);
  expect((await Promise.all(flood)).filter(({ status }) => status === 429).length).toBeGreaterThan(60);
  await house.close();
}, 60_000);
