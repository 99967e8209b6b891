import { Gauge, type Registry } from 'prom-client';
import { inTime } from './inTime';

/** The backlog of launches, and beside it those that wait for their owner's turn: each counted when somebody scrapes. */
export function watchLaunches(
  registry: Registry,
  count: { pending: () => Promise<number>; inLine: () => Promise<number> },
): void {
  const watch = (name: string, help: string, read: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        // Without MongoDB there is no count; `NaN` says so, and the other numbers are still served.
        this.set((await inTime(read())) ?? Number.NaN);
      },
    });
  watch('palate_launch_backlog', 'Launches recorded and not started yet, without those in line', count.pending);
  watch(
    'palate_launches_in_line',
    'Photos recorded that wait until other pictures of their owner are prepared',
    count.inLine,
  );
}
