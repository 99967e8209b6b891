import { openContextStore, type ContextHouse } from './house';

let house: ContextHouse;
beforeAll(async () => {
  house = await openContextStore('pace');
  // What is handed out depends on when it is asked for: no time passes but what a test says.
  const stopped = Date.now();
  house.time.now = () => stopped;
});
afterAll(() => house.close());
beforeEach(() => house.forgetCircuitsAndPaces());

const name = 'context_receiver';
const reserve = (perSecond: number, rampMs: number) => house.store.paces.reserve(name, { perSecond, rampMs });
/** Slots that many ask for at once; milliseconds from one to the next. */
const steps = async (count: number, perSecond: number, rampMs: number) => {
  const slots = await Promise.all(Array.from({ length: count }, () => reserve(perSecond, rampMs)));
  const times = slots.map((slot) => slot.getTime()).sort((a, b) => a - b);
  return times.slice(1).map((time, nth) => time - times[nth]!);
};

it('hands out slots that are a step apart, however many ask at once, also the first time', async () => {
  expect(await steps(30, 10, 1_000)).toEqual(Array<number>(29).fill(100));
});

it('lets whoever comes after a quiet time call at once', async () => {
  await steps(5, 10, 1_000);
  house.time.passedMs += 60_000;
  const askedAt = house.clock().getTime();
  const slot = (await reserve(10, 1_000)).getTime();
  expect(slot).toBeGreaterThanOrEqual(askedAt);
  expect(slot).toBeLessThanOrEqual(house.clock().getTime());
});

it('starts slowly after an outage, and is at full rate when that time is over', async () => {
  await reserve(100, 20_000);
  house.time.passedMs += 60_000;
  await house.store.paces.restart(name);
  // A tenth of the rate: ten times the step.
  for (const step of await steps(5, 100, 1_000_000)) expect(step).toBe(100);
  house.time.passedMs += 10_000;
  const [half] = await steps(2, 100, 20_000);
  expect(half).toBe(20);
  house.time.passedMs += 10_000;
  expect(await steps(3, 100, 20_000)).toEqual([10, 10]);
});

it('may start slowly before anybody called, and does not wait for slots of before the outage', async () => {
  await house.store.paces.restart(name);
  const handedOut = await reserve(1, 1_000);
  await reserve(1, 1_000);
  await house.store.paces.restart(name);
  const next = await reserve(1, 1_000);
  expect(next.getTime() - handedOut.getTime()).toBeLessThan(1_000);
});

it('does not wait for what a clock that ran ahead handed out', async () => {
  await reserve(1, 1_000);
  house.time.passedMs += 24 * 3_600_000;
  await reserve(1, 1_000);
  house.time.passedMs -= 24 * 3_600_000;
  const next = await reserve(1, 1_000);
  expect(next.getTime() - house.clock().getTime()).toBeLessThan(5_000);
});
