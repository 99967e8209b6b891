import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ask, openPalate, type House } from '../palate';

/** What the guide for apps shows of a server is what a server shows. */
const guide = readFileSync(path.join(__dirname, '../../../docs/api/README.md'), 'utf8');
interface Health {
  parts: Record<string, unknown>;
}
let house: House;
beforeAll(async () => {
  house = await openPalate('contract-guide');
}, 60_000);
afterAll(() => house.close());

test('the example of /health has the keys and parts of a server on which nothing else is configured', async () => {
  const [, section = ''] = guide.split('\n## Health\n');
  const shown = JSON.parse(/```json\n([^]*?)```/.exec(section)?.[1] ?? '') as Health;
  const { url } = await house.start();
  const { body } = await ask<Health>(url, 'GET', '/health');
  expect(Object.keys(shown)).toEqual(Object.keys(body));
  expect(Object.keys(shown.parts)).toEqual(Object.keys(body.parts));
});
