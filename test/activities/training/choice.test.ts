import { choose, unfittedChoice, unlearntChoice } from '../../../src/activities/training/choice';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import type { Candidate } from '../../../src/ml/recommend/training/candidate';
import { popularity } from '../../../src/ml/recommend/training/prepare';

const ease: Candidate = { use: 'presence', parameters: defaultParameters.ease };
const ials: Candidate = { use: 'weight', parameters: defaultParameters.ials };
const interval = { mean: 0.4, low: 0.39, high: 0.41 };

const unlearnt = (verdict: 'learn' | 'unproven' | 'not learnt', candidate = popularity) => ({
  verdict,
  unlearnt: candidate,
});
const judged = (beatsPopularity: boolean, champion: { beatsPopularity: boolean; isAsGood: boolean } | null) => ({
  challenger: ease,
  champion: champion && { version: 3, candidate: ials },
  comparison: {
    challenger: interval,
    popularity: interval,
    beatsPopularity,
    champion: champion && { interval, difference: interval, ...champion },
  },
});

describe('what is served after a search', () => {
  it.each([
    ['a challenger that beats popularity', true, null, ease, 'promoted', 'proven'],
    ['popularity where nothing beats it', false, null, popularity, 'popularity served', 'unproven'],
    [
      'a challenger as good as the champion',
      true,
      { beatsPopularity: true, isAsGood: true },
      ease,
      'promoted',
      'proven',
    ],
    [
      'the champion where the challenger is worse',
      true,
      { beatsPopularity: true, isAsGood: false },
      ials,
      'champion kept',
      'proven',
    ],
    [
      'popularity where neither beats it',
      false,
      { beatsPopularity: false, isAsGood: false },
      popularity,
      'popularity served',
      'unproven',
    ],
  ] as const)('is %s', (_what, beats, champion, candidate, outcome, quality) => {
    const chosen = choose({ verdict: 'learn' }, judged(beats, champion));
    expect(chosen).toMatchObject({ candidate, outcome, quality, algorithm: candidate.parameters.kind });
  });

  it('is the best that was found where too few users could prove it', () => {
    const found = choose({ verdict: 'unproven' }, judged(true, null));
    expect(found).toMatchObject({ candidate: ease, outcome: 'unproven', quality: 'unproven' });
  });
});

it('without a search is what needs nothing to be learnt', () => {
  expect(unlearntChoice(unlearnt('not learnt'))).toMatchObject({ candidate: popularity, outcome: 'not learnt' });
});

it('that can not be fitted to everything gives way to popularity, with the reason', () => {
  const chosen = unfittedChoice(unlearntChoice(unlearnt('not learnt', ials)), 'too little memory');
  expect(chosen).toMatchObject({ candidate: popularity, algorithm: 'popularity' });
  expect(chosen.reason).toContain('too little memory');
});
