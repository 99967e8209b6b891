import * as kind from '../kinds';
import { setting } from '../documented';

export const circuitsVariables = {
  circuitFailures: setting(kind.wholeNumber(1, 1000), {
    variable: 'CIRCUIT_FAILURES',
    byDefault: '5',
    example: '5',
    meaning:
      'Failures in a row, of all replicas together, after which the circuit opens: calls are suspended for a while.',
  }),
  circuitOpenMs: setting(kind.wholeNumber(1, 86_400_000), {
    variable: 'CIRCUIT_OPEN_MS',
    unit: 'ms',
    byDefault: '30000',
    example: '30000',
    meaning: 'For how long, at first; then one call tries it, and each try that fails doubles the time.',
  }),
  circuitOpenMaxMs: setting(kind.wholeNumber(1, 86_400_000), {
    variable: 'CIRCUIT_OPEN_MAX_MS',
    unit: 'ms',
    byDefault: '600000',
    example: '600000',
    meaning: 'Longest such time, also where the other side asks for a longer one.',
  }),
  circuitRefusedMs: setting(kind.wholeNumber(1, 86_400_000), {
    variable: 'CIRCUIT_REFUSED_MS',
    unit: 'ms',
    byDefault: '600000',
    example: '600000',
    meaning:
      'For how long calls are suspended to a system that refuses the account or the address (key, credit, no such model).',
  }),
};
