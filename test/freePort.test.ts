import { freePort } from '../scripts/engines/network.mjs';

it('gives ports that no connection is given', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port + 1).toBeLessThan(32_768);
  }
});

it('gives no port twice, as whoever has one may not listen on it yet', async () => {
  const ports = await Promise.all(Array.from({ length: 300 }, () => freePort()));
  expect(new Set(ports).size).toBe(300);
});
