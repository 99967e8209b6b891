import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createContextMetrics } from './contextMetrics';
import { inTime } from './inTime';
import { createModelMetrics } from './modelMetrics';
import { createScrape } from './scrape';

/** The kinds of circuits there are, and how many of each are in each state. */
export interface CircuitsSeen {
  kinds: readonly string[];
  countStates(): Promise<ReadonlyMap<string, Readonly<Record<'closed' | 'open' | 'probing', number>>>>;
}

/**
 * The numbers that a process shows at `/metrics`, whatever its features; those of a feature are added by its manifest. Labels have few
 * values: templates and outcomes, never ids or paths.
 */
export function createMetrics({
  processMetrics = true,
  clock = () => new Date(),
}: { processMetrics?: boolean; clock?: () => Date } = {}) {
  const registry = new Registry();
  const registers = [registry];
  if (processMetrics) collectDefaultMetrics({ register: registry });
  let circuits: CircuitsSeen | undefined;
  /** Asked once for both gauges; null without MongoDB, as nobody knows then, and `NaN` says so. */
  let counting: Promise<Awaited<ReturnType<CircuitsSeen['countStates']>> | null> | undefined;
  const countCircuits = (seen: CircuitsSeen) =>
    (counting ??= inTime(seen.countStates()).finally(() => {
      counting = undefined;
    }));

  return {
    registry,
    /** All of them as text, for whoever asks. */
    scrape: createScrape(registry, clock),
    httpSeconds: new Histogram({
      name: 'palate_http_request_seconds',
      help: 'Time from the request line to the last byte of the answer, by route template',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    openStreams: new Gauge({
      name: 'palate_sse_connections',
      help: 'Server-sent event connections that are open',
      registers,
    }),
    rateLimited: new Counter({
      name: 'palate_rate_limited_total',
      help: 'Requests refused with 429, by limit',
      labelNames: ['limit'] as const,
      registers,
    }),
    workflows: new Counter({
      name: 'palate_workflow_outcomes_total',
      help: 'Workflow runs that ended, by workflow and outcome',
      labelNames: ['workflow', 'outcome'] as const,
      registers,
    }),
    activitySeconds: new Histogram({
      name: 'palate_activity_seconds',
      help: 'Time of activity attempts, by activity and outcome (completed, failed type, cancelled)',
      labelNames: ['activity', 'outcome'] as const,
      buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300],
      registers,
    }),
    upstreamSeconds: new Histogram({
      name: 'palate_upstream_call_seconds',
      help: 'Time of calls to services outside, by service and outcome',
      labelNames: ['service', 'outcome'] as const,
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
      registers,
    }),
    openingFaults: new Counter({
      name: 'palate_picture_opening_faults_total',
      help: 'Attempts to open a picture that a decoder failed in, or a worker was lost in',
      labelNames: ['what'] as const,
      registers,
    }),
    circuitsOpen: new Gauge({
      name: 'palate_circuit_open',
      help: 'Circuits of this kind that are open, from the moment that calls are suspended until one went well again; 0 or 1 of a kind that is one system',
      labelNames: ['circuit'] as const,
      registers,
      async collect() {
        if (!circuits) return;
        const counted = await countCircuits(circuits);
        for (const circuit of circuits.kinds) {
          const { open = 0, probing = 0 } = counted?.get(circuit) ?? {};
          this.set({ circuit }, counted ? open + probing : Number.NaN);
        }
      },
    }),
    circuitStates: new Gauge({
      name: 'palate_circuits',
      help: 'Circuits of this kind by state, of the systems that were called; of many receivers, in the last 90 days',
      labelNames: ['circuit', 'state'] as const,
      registers,
      async collect() {
        if (!circuits) return;
        const counted = await countCircuits(circuits);
        for (const circuit of circuits.kinds)
          for (const state of ['closed', 'open', 'probing'] as const)
            this.set({ circuit, state }, counted ? (counted.get(circuit)?.[state] ?? 0) : Number.NaN);
      },
    }),
    circuitRefused: new Counter({
      name: 'palate_circuit_refused_total',
      help: 'Calls to outside systems that were not made as their circuit was open',
      labelNames: ['circuit'] as const,
      registers,
    }),
    setupMissing: new Gauge({
      name: 'palate_worker_setup_missing',
      help: '1 where this worker could not set the part up in Temporal and runs without it, else 0',
      labelNames: ['part'] as const,
      registers,
    }),
    context: createContextMetrics(registers),
    models: createModelMetrics(registers),
    /** The circuits are looked at when somebody looks here. */
    watchCircuits(seen: CircuitsSeen) {
      circuits = seen;
    },
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
