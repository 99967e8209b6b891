import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { ask, openPalate, signUp, type House } from '../palate';

let house: House;
beforeAll(async () => {
  house = await openPalate('extra-ports');
});
afterAll(() => house.close());

const listen = async (server: Server, port: number) => {
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return (server.address() as { port: number }).port;
};
const close = (server: Server) => new Promise((resolve) => server.close(resolve));

test('an account of one port is known at the others, and all end with the process', async () => {
  const palate = await house.start({ EXTRA_PORTS: '0,localhost:0' });
  expect(palate.otherUrls).toHaveLength(2);
  const [one = '', other = ''] = palate.otherUrls;
  const { token, email } = await signUp(one);
  for (const url of [palate.url, one, other])
    expect(await ask(url, 'GET', '/api/auth/me', { token })).toMatchObject({ status: 200, body: { email } });
  await palate.stop();
  for (const url of [palate.url, one, other]) await expect(fetch(url)).rejects.toThrow();
});

test('a port that is taken ends the start by name, and nothing of it stays open', async () => {
  const [taken, free] = [createServer(), createServer()];
  const [takenPort, port] = [await listen(taken, 0), await listen(free, 0)];
  await close(free);
  await expect(house.start({ PORT: String(port), EXTRA_PORTS: `0,${takenPort}` })).rejects.toThrow(
    `Port ${takenPort} is taken by another program: stop that one, or set EXTRA_PORTS to another port.`,
  );
  await listen(free, port);
  await close(free);
  await close(taken);
});

test('an address that is not of this machine ends the start by name', async () => {
  await expect(house.start({ EXTRA_PORTS: '192.0.2.1:8000' })).rejects.toThrow(
    /^192\.0\.2\.1 is no address of this machine: set EXTRA_PORTS to one that is/,
  );
});

test('a port of EXTRA_PORTS is not opened by a worker', async () => {
  const worker = await house.start({ PALATE_ROLE: 'worker', EXTRA_PORTS: '0' });
  expect(worker.otherUrls).toEqual([]);
  await worker.stop();
});

test('nor can numbers be shown at an address of another machine', async () => {
  await expect(house.start({ METRICS_HOST: '192.0.2.1' })).rejects.toThrow(
    /^192\.0\.2\.1 is no address of this machine: set METRICS_HOST/,
  );
});
