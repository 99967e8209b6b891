import { Counter, Gauge, type Registry } from 'prom-client';
import { inTime } from './inTime';

/** `refused`: its data was not taken, which its owner was told. */
const outcomes = ['done', 'failed', 'refused', 'cancelled'] as const;
export type CountedOutcome = (typeof outcomes)[number];

const ended = 'palate_trainings_total';

/** How trainings of this process ended: one counter a registry. */
export function countTrainings(registry: Registry): Counter<'outcome'> {
  const known = registry.getSingleMetric(ended);
  if (known instanceof Counter) return known;
  const counter = new Counter({
    name: ended,
    help: 'Trainings that ended, by outcome',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
  // Prometheus counts a rise from a number that it has seen: a series that began with its first failure would hide that one.
  for (const outcome of outcomes) counter.inc({ outcome }, 0);
  return counter;
}

/** Trainings in line and under way, and projects whose model is older than their schedule allows: each counted when somebody scrapes. */
export function watchTrainings(
  registry: Registry,
  count: { byState: () => Promise<{ queued: number; running: number }>; overdue: () => Promise<number> },
): void {
  new Gauge({
    name: 'palate_trainings',
    help: 'Trainings in line and under way',
    labelNames: ['state'] as const,
    registers: [registry],
    async collect() {
      // Without MongoDB there is no count; `NaN` says so, and the other numbers are still served.
      const found = await inTime(count.byState());
      this.set({ state: 'queued' }, found?.queued ?? Number.NaN);
      this.set({ state: 'running' }, found?.running ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'palate_models_overdue',
    help: 'Projects whose last finished training is longer ago than their schedule allows',
    registers: [registry],
    async collect() {
      this.set((await inTime(count.overdue())) ?? Number.NaN);
    },
  });
}
