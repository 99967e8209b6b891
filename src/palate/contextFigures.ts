import type { Base } from './base';
import { keptFor } from './reading';

const freshMs = 5_000;

/**
 * How far behind the receiver is goes into the metrics, where one is configured, and which erasures wait for it, also where none is any more;
 * read at most once in five seconds by each process.
 */
export function watchContextSync({
  settings,
  store,
  clock,
  metrics,
}: Pick<Base, 'settings' | 'store' | 'clock' | 'metrics'>): void {
  metrics.context.watchErasures(
    keptFor(freshMs, clock, () => store.erasures.waiting()),
    clock,
  );
  if (settings.flaskAiBaseUrl === null) return;
  metrics.context.watch(
    keptFor(freshMs, clock, () => store.contextSyncFigures.read()),
    clock,
  );
}
