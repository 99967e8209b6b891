import { freePort } from '../scripts/engines/network.mjs';

it('gives ports that no connection is given', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port + 1).toBeLessThan(32_768);
  }
});
