import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openPalate, type House } from '../integration/palate';

/** What `docs/api/doors.md` says is served to a client is in the document of a whole Palate, and what it says is not is not. */
const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'api', 'doors.md'), 'utf8');
const clients = ['FoodLog', 'MacroMind', 'AiREC', 'WhatsTheCraic'];

const sectionOf = (client: string): string => {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${client}\n`));
  if (section === undefined) throw new Error(`doors.md has no section ${client}`);
  return section;
};
const spansOf = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);

/** Of the table of what is served: `POST /api/auth/register`, `login`; `GET /health`, `/v1/ml/health`. */
function servedIn(section: string): { method: string; path: string }[] {
  const [table = ''] = /^\| served[^]*?\n\n/m.exec(section) ?? [];
  const routes: { method: string; path: string }[] = [];
  for (const row of table.split('\n').slice(2))
    for (const span of spansOf(row.split('|')[1] ?? '')) {
      const before = routes.at(-1);
      const [, method = before?.method, address = span] = /^([A-Z]+) (.*)$/.exec(span) ?? [];
      const folder = before?.path.replace(/[^/]+$/, '') ?? '';
      if (method) routes.push({ method, path: address.startsWith('/') ? address : folder + address });
    }
  return routes;
}

const inDocument = (address: string) => address.replace(/:(\w+)/g, '{$1}');

/** Addresses that are named as not served, as patterns of those in the document. */
const notServedIn = (section: string): RegExp[] =>
  spansOf(/^Not served:[^]*?\n\n/m.exec(`${section}\n`)?.[0] ?? '')
    .filter((span) => span.startsWith('/'))
    .map((span) => new RegExp(`^${span.replace(/:\w+/g, String.raw`\{\w+\}`).replaceAll('*', '.*')}$`));

let house: House;
let paths: Record<string, object>;
beforeAll(async () => {
  house = await openPalate('doors', { PALATE_ROLE: 'api' });
  const { url } = await house.start();
  ({ paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> });
}, 30_000);
afterAll(() => house.close());

it.each(clients)('%s: what is named as served is', (client) => {
  const served = servedIn(sectionOf(client));
  expect(served.length).toBeGreaterThan(1);
  expect(served.filter((route) => !(route.method.toLowerCase() in (paths[inDocument(route.path)] ?? {})))).toEqual([]);
});

it.each(clients.filter((client) => client !== 'FoodLog'))('%s: nothing that is named as not served is', (client) => {
  const notServed = notServedIn(sectionOf(client));
  expect(notServed.length).toBeGreaterThan(1);
  expect(Object.keys(paths).filter((one) => notServed.some((pattern) => pattern.test(one)))).toEqual([]);
});
