/**
 * Asks an address again and again, and tells how long each answer took. A process of its own: in that of a test, which draws pictures
 * and sends hundreds of megabytes, it would measure the test. Forked with the address; any message ends it, and is answered with
 * `{ ms: number[], failed: number }`.
 */
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const address = process.argv[2];
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ms = [];
let failed = 0;
let asking = true;

const ask = () =>
  new Promise((resolve) => {
    get(address, { agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    }).once('error', () => resolve(0));
  });

process.once('message', () => (asking = false));
while (asking) {
  const asked = performance.now();
  if ((await ask()) === 200) ms.push(performance.now() - asked);
  else failed += 1;
  await pause(10);
}
process.send({ ms, failed }, () => process.disconnect());
