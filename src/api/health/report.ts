import type { HealthCheck } from '../deps';

/** A part as it was found: it answers, does so in part (with a sentence), or does not. */
export interface PartFound extends HealthCheck {
  readonly state: 'up' | 'degraded' | 'down';
  /** What does not work; null of a part that is up. */
  readonly lacks: string | null;
}

export interface HealthReport {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly parts: Readonly<Record<string, { status: PartFound['state']; without?: string }>>;
  /** What does not work at the moment, in sentences; empty when all does. */
  readonly degraded: readonly string[];
  readonly found: readonly PartFound[];
}

/** A part that has not answered by then counts as down: a report must not hang with what it is about. */
const probeWithinMs = 1_500;
/** Answers are kept this long, so that many who ask are not many who probe. */
const keptMs = 1_000;

const answerOf = async (check: HealthCheck): Promise<PartFound> => {
  let timer: NodeJS.Timeout | undefined;
  const down = { ...check, state: 'down', lacks: check.without } as const;
  const late = new Promise<PartFound>((resolve) => {
    timer = setTimeout(() => resolve(down), probeWithinMs);
  });
  const asked = Promise.resolve()
    .then(() => check.probe())
    .then(
      (lacks): PartFound =>
        typeof lacks === 'string' ? { ...check, state: 'degraded', lacks } : { ...check, state: 'up', lacks: null },
      () => down,
    );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
};

const reportOf = (found: readonly PartFound[]): HealthReport => {
  const lacking = found.filter(({ state }) => state !== 'up');
  const missing = lacking.some(({ required, state }) => required && state === 'down');
  return {
    status: lacking.length === 0 ? 'healthy' : missing ? 'unhealthy' : 'degraded',
    parts: Object.fromEntries(
      found.map(({ name, state, lacks }) => [
        name,
        lacks === null ? { status: state } : { status: state, without: lacks },
      ]),
    ),
    degraded: lacking.flatMap(({ lacks }) => lacks ?? []),
    found,
  };
};

/** Asks all parts, at most once a second however many ask. */
export function createHealthReport(checks: readonly HealthCheck[]): () => Promise<HealthReport> {
  let last: { at: number; report: Promise<HealthReport> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > keptMs)
      last = { at: now, report: Promise.all(checks.map((check) => answerOf(check))).then(reportOf) };
    return last.report;
  };
}
