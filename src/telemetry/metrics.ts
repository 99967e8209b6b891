import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createContextMetrics } from './contextMetrics';
import { inTime } from './inTime';

/** The circuits there are, and which of them are not closed. */
export interface CircuitsSeen {
  names: readonly string[];
  findOpen(): Promise<readonly string[]>;
}
export interface CorrectedShare {
  readonly source: string;
  readonly share: number;
}

/** The numbers a process shows at `/metrics`. Labels have few values: templates and outcomes, never ids or paths. */
export function createMetrics({ processMetrics = true }: { processMetrics?: boolean } = {}) {
  const registry = new Registry();
  const registers = [registry];
  if (processMetrics) collectDefaultMetrics({ register: registry });
  let countBacklog: (() => Promise<number>) | undefined;
  let circuits: CircuitsSeen | undefined;
  let readShares: (() => Promise<readonly CorrectedShare[]>) | undefined;

  return {
    registry,
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
    launchBacklog: new Gauge({
      name: 'palate_launch_backlog',
      help: 'Launches recorded and not started yet',
      registers,
      async collect() {
        // Without MongoDB there is no count; `NaN` says so, and the other numbers are still served.
        if (countBacklog) this.set((await inTime(countBacklog())) ?? Number.NaN);
      },
    }),
    circuitsOpen: new Gauge({
      name: 'palate_circuit_open',
      help: '1 from the moment an outside system is left alone until a call to it went well again',
      labelNames: ['circuit'] as const,
      registers,
      async collect() {
        if (!circuits) return;
        // Without MongoDB nobody knows; `NaN` says so.
        const open = await inTime(circuits.findOpen());
        for (const circuit of circuits.names)
          this.set({ circuit }, open === null ? Number.NaN : Number(open.includes(circuit)));
      },
    }),
    circuitRefused: new Counter({
      name: 'palate_circuit_refused_total',
      help: 'Calls to outside systems that were not made as their circuit was open',
      labelNames: ['circuit'] as const,
      registers,
    }),
    context: createContextMetrics(registers),
    /** The circuits are looked at when somebody looks here. */
    watchCircuits(seen: CircuitsSeen) {
      circuits = seen;
    },
    photosCorrectedShare: new Gauge({
      name: 'palate_photos_corrected_share',
      help: 'Share of the photos of the last 30 days whose food was corrected, by who had named it',
      labelNames: ['source'] as const,
      registers,
      async collect() {
        // Without MongoDB there is no share; one of before would look like one of now.
        const shares = (readShares && (await inTime(readShares()))) ?? [];
        this.reset();
        for (const { source, share } of shares) this.set({ source }, share);
      },
    }),
    /** Shares are read when somebody looks. */
    watchCorrectedShares(read: () => Promise<readonly CorrectedShare[]>) {
      readShares = read;
    },
    /** The backlog is counted when somebody looks. */
    watchBacklog(count: () => Promise<number>) {
      countBacklog = count;
    },
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
