import { Agent, request } from 'node:http';
import { openPalate, type House } from '../integration/palate';
import { momentOf, textOf } from './reading';

/**
 * WhatsTheCraic's aggregator and its Prometheus. The aggregator is a program: no origin, no preflight. It forwards an empty `Authorization`
 * where its client sent none, and sends `{}` as the body of a GET, all over connections that it keeps.
 */
let house: House;
let url: string;
const connections = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  house = await openPalate('whatsthecraic', { PALATE_ROLE: 'api' });
  ({ url } = await house.start());
}, 30_000);
afterAll(async () => {
  connections.destroy();
  await house.close();
});

interface Forwarded {
  status: number;
  body: Record<string, unknown>;
  reused: boolean;
}

/** `fetch` sends no body with a GET, which axios does. */
const forward = (
  method: string,
  path: string,
  { authorization = '', body = {} }: { authorization?: string; body?: object } = {},
): Promise<Forwarded> =>
  new Promise((resolve, reject) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const asking = request(
      url + path,
      {
        method,
        agent: connections,
        headers: {
          accept: 'application/json, text/plain, */*',
          authorization,
          'content-type': 'application/json',
          'content-length': bytes.length,
          'user-agent': 'axios/1.7.9',
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          try {
            const read = JSON.parse(Buffer.concat(chunks).toString()) as Forwarded['body'];
            resolve({ status: response.statusCode ?? 0, body: read, reused: asking.reusedSocket });
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      },
    );
    asking.on('error', reject);
    asking.end(bytes);
  });

it.each(['/health', '/v1/ml/health'])('%s answers a GET with a body and an empty Authorization', async (path) => {
  const { status, body } = await forward('GET', path);
  expect([status, textOf(body.status, 'status')]).toEqual([200, expect.stringMatching(/^(healthy|degraded)$/)]);
  textOf(body.service, 'service');
  expect(typeof body.model_loaded).toBe('boolean');
  // Its document has a text; where no classifier is set up there is no model to name.
  expect(body.model_version).toBeNull();
  momentOf(body.timestamp, 'timestamp');
});

it('a connection that it keeps serves one such request after the other', async () => {
  const answers: Forwarded[] = [];
  for (let n = 0; n < 5; n += 1) answers.push(await forward('GET', n % 2 === 0 ? '/health' : '/v1/ml/health'));
  answers.push(await forward('GET', '/v1/experiments'));
  answers.push(await forward('GET', '/health'));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 404, 200]);
  expect(answers.slice(1).map(({ reused }) => reused)).toEqual([true, true, true, true, true, true]);
});

const recommendations = { user_id: 'user_123', city: 'Dublin', limit: 10, context: { device_type: 'web' } };
const feedback = { user_id: 'user_123', event_id: 456, action: 'thumbs_up', context: { page: 'home', position: 3 } };

it.each([
  ['POST', '/v1/recommendations', recommendations],
  ['POST', '/v1/ml/recommendations', recommendations],
  ['GET', '/recommendations/user_123', {}],
  ['GET', '/v1/ml/recommendations/user_123', {}],
  ['POST', '/v1/feedback', feedback],
  ['POST', '/v1/ml/feedback', feedback],
  ['GET', '/v1/model/info', {}],
  ['GET', '/v1/experiments', {}],
  ['GET', '/v1/experiments/rec_algorithm_v1/results', {}],
  ['POST', '/v1/model/retrain', {}],
] as const)('%s %s is not served, and says so under detail, whatever token comes along', async (method, path, body) => {
  for (const authorization of ['', 'Bearer of.another.service']) {
    const answer = await forward(method, path, { authorization, body });
    expect([answer.status, textOf(answer.body.detail, 'detail')]).toEqual([404, expect.stringContaining(path)]);
  }
});

const prometheus = {
  accept:
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
  'accept-encoding': 'gzip',
  'user-agent': 'Prometheus/3.1.0',
  'x-prometheus-scrape-timeout-seconds': '10',
};

it('/metrics is text that its Prometheus parses: every line a comment or a sample of a name that was declared', async () => {
  await forward('GET', '/health');
  const answer = await fetch(`${url}/metrics`, { headers: prometheus });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/plain; ?version=0\.0\.4/),
  ]);
  const declared = new Set<string>();
  let samples = 0;
  for (const line of (await answer.text()).split('\n').filter((text) => text !== '')) {
    const [, name] = /^# TYPE (\w+) (?:counter|gauge|histogram|summary)$/.exec(line) ?? [];
    if (name !== undefined) declared.add(name);
    if (line.startsWith('#')) continue;
    const [, metric = '', value = ''] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    const base = metric.replace(/_(?:bucket|sum|count)$/, '');
    expect({ line, known: declared.has(metric) || declared.has(base) }).toEqual({ line, known: true });
    expect({ line, number: value === '+Inf' || value === 'Nan' || !Number.isNaN(Number(value)) }).toEqual({
      line,
      number: true,
    });
    samples += 1;
  }
  expect(samples).toBeGreaterThan(20);
});

it('where the server does not show them, a scraper sends x-internal-key', async () => {
  const key = 'a-key-of-its-prometheus';
  const closed = await house.start({ METRICS_ON_API: 'false', NODE_INTERNAL_KEY: key });
  const statuses = [];
  for (const headers of [prometheus, { ...prometheus, 'x-internal-key': key }])
    statuses.push((await fetch(`${closed.url}/metrics`, { headers })).status);
  expect(statuses).toEqual([404, 200]);
  await closed.stop();
});
