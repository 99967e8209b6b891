import { z } from 'zod';
import { inTime } from '../../telemetry/inTime';
import type { ShellDeps } from '../deps';
import { html } from '../docs/html';
import { shared } from '../docs/shared';
import { file, type Route } from '../route';

const Home = z
  .object({
    name: z.literal('Palate'),
    version: z.string(),
    description: z.string(),
    links: z.record(z.string(), z.string()),
    /** What would make it better, for whoever runs it; missing where there is nothing to say. */
    advice: z.string().optional(),
  })
  .meta({ id: 'Home' });

const description =
  'Turns a meal photo into nutrition, and keeps what an app about food needs to know about its users.';
/** Said until a release was imported; `npm start` and the demo read it here. */
const advice =
  'Captions are read much better with USDA’s survey foods, which are not imported yet: npm run foods:import -- --download survey';
const links = { documentation: '/docs', openapi: '/openapi.json', health: '/health' } as const;
/** Named to those only who find something there. */
const metricsPath = '/metrics';

/** Whether `Accept` asks for a page before it asks for JSON: browsers do, programs do not. */
const wantsPage = (accept: string | undefined) => {
  const types = (accept ?? '').split(',').map((type) => type.split(';', 1)[0]?.trim());
  const at = types.indexOf('text/html');
  const json = types.indexOf('application/json');
  return at >= 0 && (json < 0 || at < json);
};

const render = (version: string, metrics: boolean, runs: string | null, advised: boolean) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Palate</title>
        <link rel="stylesheet" href="/docs/style.css" />
      </head>
      <body>
        <main>
          <h1>Palate <small>${version}</small></h1>
          <p>${description}</p>
          <ul>
            <li><a href="${links.documentation}">What it can do</a>: every address, with what it takes and answers</li>
            <li><a href="${links.openapi}">The same for programs</a> (OpenAPI 3.1)</li>
            <li><a href="${links.health}">How it is</a>: what works at the moment</li>
            ${metrics ? html`<li><a href="${metricsPath}">Its numbers</a>, for Prometheus</li>` : ''}
            ${runs === null ? '' : html`<li><a href="${runs}">Its runs</a>, for operators (Temporal UI)</li>`}
          </ul>
          ${advised ? html`<p>${advice}</p>` : ''}
          <p>A first request: what is on the plate of a picture, or of a sentence with it.</p>
          <pre>
curl -F photo=@&lt;your picture&gt; -F "caption=two slices of cheese pizza" &lt;this address&gt;/predict</pre>
        </main>
      </body>
    </html> `.html;

export const homeRoutes = ({ health, settings, hasImportedFoods }: ShellDeps): Route[] => {
  const { metricsOnApi: metrics, temporalUiUrl: runs = null } = settings;
  const home: z.input<typeof Home> = {
    name: 'Palate',
    version: health.version,
    description,
    links: { ...links, ...(metrics && { metrics: metricsPath }), ...(runs !== null && { runs }) },
  };
  const answers = (advised: boolean) => ({
    programs: shared(JSON.stringify({ ...home, ...(advised && { advice }) }), 'application/json', { vary: 'Accept' }),
    people: shared(render(health.version, metrics, runs, advised), 'text/html', { vary: 'Accept' }),
  });
  const [plain, withAdvice] = [answers(false), answers(true)];
  /** Where MongoDB is away nobody knows, and nothing is advised: the page does not wait for it. */
  const isAdvised = async () => hasImportedFoods !== undefined && (await inTime(hasImportedFoods())) === false;
  return [
    file(
      {
        path: '/',
        access: 'public',
        tag: 'palate',
        summary: 'What this is: a page for people, JSON for programs',
        responses: {
          200: {
            description: 'JSON; HTML where `Accept` asks for it',
            schema: Home,
            contentType: 'application/json',
            otherTypes: ['text/html'],
          },
        },
      },
      async ({ headers }) => {
        const { people, programs } = (await isAdvised()) ? withAdvice : plain;
        return wantsPage(headers.accept) ? people : programs;
      },
    ),
  ];
};
