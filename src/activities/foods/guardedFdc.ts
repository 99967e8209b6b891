import { FooddataRefused, FooddataUnavailable, type Fdc } from '../../services/fooddata';
import { unavailable, type Circuits, type Verdict } from '../outbound/circuits';

/** What an error of FoodData Central says of it. */
export const judgeFooddata = (error: unknown): Verdict => {
  if (error instanceof FooddataUnavailable) return unavailable(error);
  if (error instanceof FooddataRefused && error.about === 'service') return { kind: 'refused', why: error.message };
  return { kind: 'neither' };
};

/** FoodData Central, asked only while its circuit lets calls through; both calls also throw `CircuitOpen`. */
export const guardedFdc = (fdc: Fdc, circuits: Circuits): Fdc => ({
  ...fdc,
  search: (query, signal) => circuits.through('fdc', () => fdc.search(query, signal), judgeFooddata),
  findByGtin: (gtin14, signal) => circuits.through('fdc', () => fdc.findByGtin(gtin14, signal), judgeFooddata),
});
