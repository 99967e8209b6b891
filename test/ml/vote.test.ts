import { confidenceAt, leastConfidence, samePlateDistance, spokenLabel } from '../../src/ml/pictures';

const voter = (label: string, distance: number) => ({ label, distance, confidence: confidenceAt(distance) });

describe('which label speaks', () => {
  test('nobody, where nothing is remembered or nothing is near', () => {
    expect(spokenLabel([])).toBeNull();
    expect(spokenLabel([voter('pea soup', samePlateDistance + 0.001), voter('dal', 1)])).toBeNull();
  });

  test('a single neighbour, with its own confidence', () => {
    const only = voter('pea soup', samePlateDistance);
    expect(spokenLabel([only])).toEqual({ label: 'pea soup', confidence: only.confidence, nearest: only });
  });

  test('one very near outweighs one that is just near', () => {
    const spoken = spokenLabel([voter('dal', 0.02), voter('pea soup', 0.1)]);
    expect(spoken?.label).toBe('dal');
    expect(spoken!.confidence).toBeLessThan(confidenceAt(0.02));
  });

  test('nobody, where neighbours as near as one another disagree', () => {
    expect(spokenLabel([voter('dal', 0.08), voter('pea soup', 0.08)])).toBeNull();
  });

  test('several that agree outvote one that is nearer', () => {
    const spoken = spokenLabel([voter('dal', 0.05), ...[0.06, 0.06, 0.06].map((at) => voter('pea soup', at))]);
    expect(spoken?.label).toBe('pea soup');
    expect(spoken!.confidence).toBeGreaterThanOrEqual(leastConfidence);
  });

  test('case and space around a label make no difference, and the nearest writes it', () => {
    const spoken = spokenLabel([voter(' pea soup', 0.06), voter('Pea Soup', 0.03)]);
    expect(spoken).toMatchObject({ label: 'Pea Soup', confidence: confidenceAt(0.03) });
  });
});
