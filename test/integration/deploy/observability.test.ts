import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { erasureLateMs, lateMs } from '../../../src/api/context/health';
import { documentedSettings, parseSettings } from '../../../src/config/settings';
import { contextWorkflows } from '../../../src/messages/context';
import { manifests } from '../../../src/palate/features';
import { createStore } from '../../../src/store/store';
import { createMetrics } from '../../../src/telemetry/metrics';
import { leastEnvironment } from '../../config/environment';
import { askedBy } from './promql';

/**
 * `deploy/observability` as Prometheus's own checker reads it, and against what a process really exports: an alert or a panel about a
 * number that does not exist is silent for ever.
 */
const root = path.join(__dirname, '../../..');
const prometheus = path.join(root, 'deploy/observability/prometheus');
const read = (...parts: string[]) => readFileSync(path.join(root, ...parts), 'utf8');

interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  datasource: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { refId: string; expr: string; datasource: { type: string; uid: string } }[];
}
const dashboard = JSON.parse(read('deploy/observability/grafana/palate-context-sync.json')) as {
  schemaVersion: number;
  uid: string;
  templating: { list: { name: string; type: string; query: string }[] };
  panels: Panel[];
};
const shown = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ from: title, expression: expr.replaceAll('$__rate_interval', '5m') })),
);

const alerts = read('deploy/observability/prometheus/palate-alerts.yml')
  .split(/^ +- alert: /m)
  .slice(1)
  .map((text) => {
    const field = (name: string) =>
      new RegExp(`^ +${name}: *(?:>-\\n)?([^]*?)(?=\\n +[\\w-]+:|\\n*$)`, 'm').exec(text)?.[1];
    return {
      from: text.slice(0, text.indexOf('\n')),
      expression: (field('expr') ?? '').replace(/\s+/g, ' ').trim(),
      severity: field('severity')?.trim(),
      summary: field('summary')?.trim() ?? '',
      description: field('description')?.trim() ?? '',
      runbook: field('runbook')?.trim() ?? '',
    };
  });

/** Labels of everything that a process exports, by the names that Prometheus knows it under. */
const exported = new Map<string, readonly string[]>();
const connection = mongoose.createConnection();
connection.set('autoIndex', false);
connection.set('autoCreate', false);
const parts = {
  settings: parseSettings(leastEnvironment),
  store: createStore(connection),
  clock: () => new Date(),
  metrics: createMetrics(),
};
for (const manifest of manifests) manifest.metrics?.(parts);
for (const metric of parts.metrics.registry.getMetricsAsArray()) {
  const { labelNames } = metric as unknown as { labelNames: readonly string[] };
  if (String(metric.type) !== 'histogram') exported.set(metric.name, labelNames);
  else {
    exported.set(`${metric.name}_bucket`, [...labelNames, 'le']);
    for (const part of ['sum', 'count']) exported.set(`${metric.name}_${part}`, labelNames);
  }
}
/** Prometheus's own number of a scrape, and the labels that it adds. */
const known = (metric: string) => (metric === 'up' ? ['job'] : exported.get(metric));

describe('every expression', () => {
  it.each([...shown, ...alerts])(
    'of "$from" is about numbers and labels that there are: $expression',
    ({ expression }) => {
      const { metrics, labels } = askedBy(expression);
      expect(metrics.length).toBeGreaterThan(0);
      expect(metrics.filter((metric) => known(metric) === undefined)).toEqual([]);
      const theirs = metrics.flatMap((metric) => known(metric) ?? []);
      expect(labels.filter((label) => !theirs.includes(label))).toEqual([]);
    },
  );

  it('selects values that there are', () => {
    const values = new Set([...shown, ...alerts].flatMap(({ expression }) => askedBy(expression).values));
    expect([...values].sort()).toEqual(
      [
        'activity=pushContext',
        'circuit=context_receiver',
        'job=palate',
        'outcome=acknowledged',
        'outcome=failed',
        `workflow=${contextWorkflows.sync.name}`,
      ].sort(),
    );
  });

  it('is understood by what compares them', () => {
    expect(
      askedBy('sum by (le, job) (rate(a_bucket{b="x",c!~"y|z"}[5m])) / on (d) (e offset 5m) > 0.5 and nothing'),
    ).toEqual({
      metrics: ['a_bucket', 'e', 'nothing'],
      labels: ['b', 'c', 'le', 'job', 'd'],
      values: ['b=x', 'c=y|z'],
    });
  });
});

describe('an alert', () => {
  it('is there for each of these', () => {
    expect(alerts.map(({ from }) => from)).toEqual(
      expect.arrayContaining([
        'PalateContextLag',
        'PalateContextPushesFail',
        'PalateContextCircuitOpen',
        'PalateContextErasuresWait',
      ]),
    );
  });

  it.each(alerts)('$from says how grave it is, what is the matter, and where it is written what to do', (alert) => {
    expect(['critical', 'warning']).toContain(alert.severity);
    expect(alert.summary.length).toBeGreaterThan(20);
    expect(alert.description.length).toBeGreaterThan(80);
    const [page = '', anchor = ''] = alert.runbook.split('#');
    const anchors = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/\s/g, '-'),
    );
    expect(anchors).toContain(anchor);
    expect([alert.from, read('docs/operations.md').includes(`\`${alert.from}\``)]).toEqual([alert.from, true]);
  });

  it.each([
    ['PalateContextLag', 'palate_context_lag_seconds', lateMs],
    ['PalateContextFailedLag', 'palate_context_failed_lag_seconds', lateMs],
    ['PalateContextErasuresWait', 'palate_context_erasure_wait_seconds', erasureLateMs],
  ])('%s begins where the health of context sync does', (name, metric, boundMs) => {
    const alert = alerts.find(({ from }) => from === name);
    expect(alert?.expression).toBe(`max(${metric}) > ${boundMs / 1000}`);
  });
});

describe('the dashboard', () => {
  it('takes its numbers from the source that is chosen', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
    expect(dashboard.templating.list).toMatchObject([{ name: 'datasource', type: 'datasource', query: 'prometheus' }]);
    const chosen = { type: 'prometheus', uid: '${datasource}' };
    for (const { datasource, targets } of dashboard.panels) {
      expect(datasource).toEqual(chosen);
      for (const target of targets) expect(target.datasource).toEqual(chosen);
    }
  });

  it('says of each panel what it shows', () => {
    for (const { title, description, targets } of dashboard.panels) {
      expect(title).not.toBe('');
      expect(description.length).toBeGreaterThan(5);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('has a place for each panel, and none lies on another', () => {
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
          taken.add(`${x} ${y}`);
        }
    }
  });
});

it('the scrape example names the ports of a start that finds them free', () => {
  const config = read('deploy/observability/prometheus/prometheus.yml');
  const first = Number(documentedSettings().find(({ variable }) => variable === 'METRICS_PORT')?.byDefault);
  expect([...config.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port))).toEqual([first, first + 1]);
});

it('the scrape example names the containers that show their numbers', () => {
  const config = read('deploy/observability/prometheus/prometheus.yml');
  const services = read('docker-compose.temporal.yml');
  const named = [...config.matchAll(/'([a-z]\w*):(\d+)'/g)].map(([, name, port]) => ({ name, port }));
  expect(named.map(({ name }) => name)).toEqual(['api', 'worker', 'trainer']);
  const port = documentedSettings().find(({ variable }) => variable === 'METRICS_PORT')?.byDefault;
  for (const one of named) {
    expect(one.port).toBe(port);
    expect(services).toMatch(new RegExp(`^  ${one.name}:\\n    <<: \\*palate$`, 'm'));
  }
});

/** Found before the tests are declared, as that says whether there are any. */
const promtool = ((): string | null => {
  const find = `
    import { findPromtool } from './scripts/engines/promtool.mjs';
    const found = await findPromtool({ env: process.env, say: (line) => console.error(line) });
    console.log(JSON.stringify(found));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', find], {
    cwd: root,
    encoding: 'utf8',
    timeout: 240_000,
  });
  const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
  const found = JSON.parse(stdout === '' ? 'null' : lastLine(stdout)) as { program: string } | null;
  if (found !== null) return found.program;
  const missing = `Alert rules are not checked by Prometheus: this machine has no promtool. ${lastLine(stderr)}`.trim();
  if (process.env.CI) throw new Error(`${missing} CI must have it.`);
  console.warn(missing);
  return null;
})();

(promtool === null ? describe.skip : describe)('promtool', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'palate-rules-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(promtool ?? '', args, { cwd: prometheus, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  };
  /** The rules with one thing changed, and the tests of them. */
  const altered = (from: string, to: string) => {
    const text = readFileSync(path.join(prometheus, 'palate-alerts.yml'), 'utf8');
    expect(text).toContain(from);
    writeFileSync(path.join(folder, 'palate-alerts.yml'), text.replace(from, to));
    const tests = path.join(folder, 'palate-alerts.test.yml');
    writeFileSync(tests, readFileSync(path.join(prometheus, 'palate-alerts.test.yml')));
    return run('test', 'rules', tests);
  };

  it('accepts the scrape example and the rules that it names', () => {
    expect(run('check', 'config', 'prometheus.yml')).toMatchObject({
      status: 0,
      output: expect.stringContaining('1 rule files') as unknown,
    });
  });

  it('finds that the alerts fire when they should, and only then', () => {
    const { status, output } = run('test', 'rules', 'palate-alerts.test.yml');
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it.each([
    ['palate_context_lag_seconds) > 300', 'palate_context_lag_seconds) > 315'],
    ['palate_context_lag_seconds) > 300', 'palate_context_lag_seconds) > 299'],
    ['failed_lag_seconds) > 300', 'failed_lag_seconds) > 315'],
    ['failed_lag_seconds) > 300', 'failed_lag_seconds) > 299'],
    ['> 3600', '> 3660'],
    ['> 3600', '> 3599'],
    ['> 0.05', '> 0.049'],
    ['> 0.05', '> 0.06'],
    ['>= 20', '>= 16'],
    ['>= 20', '> 20.1'],
    ['>= 5)', '>= 4)'],
    ['>= 5)', '> 5.1)'],
    ['circuit="context_receiver"', 'circuit=~".*"'],
    ['for: 15m', 'for: 14m'],
    ['sum(max by (reason) (palate_context_failed))', 'sum(palate_context_failed)'],
    ['count(palate_context_lag_seconds) ==', '0 *'],
    ['up{job="palate"}', 'up'],
  ])('would find it if %s were %s', (from, to) => {
    expect(altered(from, to)).toMatchObject({ status: 1 });
  });

  it('understands every expression of the dashboard', () => {
    const file = path.join(folder, 'dashboard.yml');
    const rules = shown.map(({ expression }, nth) => `      - { record: 'panel:${nth}', expr: '${expression}' }`);
    writeFileSync(file, `groups:\n  - name: dashboard\n    rules:\n${rules.join('\n')}\n`);
    const { status, output } = run('check', 'rules', file);
    expect([status, output]).toEqual([0, expect.stringContaining(`${shown.length} rules found`)]);
  });
});
