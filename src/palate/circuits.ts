import { createHash } from 'node:crypto';
import { createCircuits, type Circuits } from '../activities/outbound/circuits';
import type { Settings } from '../config/settings';
import { kindOf, type CircuitKind, type CircuitName } from '../store/circuits';
import type { Base } from './base';
import type { CircuitFacts, FeatureManifest } from './feature';

type NamedCircuit = CircuitFacts & { name: CircuitKind };

/** The circuits of all features. Throws where two features name one: a circuit that a feature shares is named by the other alone. */
export function circuitsOf(
  manifests: readonly Pick<FeatureManifest, 'name' | 'circuits'>[],
  settings: Settings,
): NamedCircuit[] {
  const named = new Map<CircuitKind, { feature: string; circuit: NamedCircuit }>();
  for (const { name: feature, circuits } of manifests)
    for (const [name, facts] of Object.entries(circuits?.(settings) ?? {}) as [CircuitKind, CircuitFacts][]) {
      const other = named.get(name);
      if (other)
        throw new Error(
          `Two circuits have the name ${name}: one of the feature ${other.feature}, one of the feature ${feature}.`,
        );
      named.set(name, { feature, circuit: { name, ...facts } });
    }
  return [...named.values()].map(({ circuit }) => circuit);
}

/** A new token or address is worth a call at once, whatever was found out with the old one. */
export async function adoptCircuits({ store }: Pick<Base, 'store'>, circuits: readonly NamedCircuit[]): Promise<void> {
  for (const { name, scope } of circuits)
    await store.circuits.adopt(name, createHash('sha256').update(JSON.stringify(scope)).digest('base64url'));
}

/** How much longer than its call a probe may take, for what surrounds it. */
const probeMarginMs = 5_000;

/** The circuits that all replicas share, shown in the metrics and in the log. `onClosed`: this process closed one. */
export function openCircuits(
  {
    settings,
    store,
    clock,
    metrics,
    log,
  }: Pick<Base, 'settings' | 'clock' | 'metrics' | 'log'> & { store: Pick<Base['store'], 'circuits'> },
  circuits: readonly Pick<NamedCircuit, 'callMs'>[],
  onClosed: (circuit: CircuitName) => void = () => undefined,
): Circuits {
  return createCircuits({
    store: store.circuits,
    clock,
    settings: {
      failures: settings.circuitFailures,
      openMs: settings.circuitOpenMs,
      openMaxMs: settings.circuitOpenMaxMs,
      refusedMs: settings.circuitRefusedMs,
      probeMs: Math.max(...circuits.map(({ callMs }) => callMs)) + probeMarginMs,
    },
    onChange: ({ circuit, state, until, why }) => {
      if (state === 'closed') {
        log.info({ circuit }, 'circuit closed: the outside system is well again and is called');
        onClosed(circuit);
      } else log.warn({ circuit, until, why }, 'circuit open: calls to the outside system are suspended');
    },
    onRefused: (circuit) => metrics.circuitRefused.inc({ circuit: kindOf(circuit) }),
    onAway: (circuit, error) =>
      log.warn({ circuit, err: error }, 'a circuit could not be read or written; the call was made'),
  });
}
