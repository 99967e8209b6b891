import { choose, unfittedChoice, unlearntChoice, type ToChooseFrom } from '../../../src/activities/training/choice';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import type { Candidate } from '../../../src/ml/recommend/training/candidate';
import { popularity } from '../../../src/ml/recommend/training/prepare';

const ease: Candidate = { use: 'presence', parameters: defaultParameters.ease };
const ials: Candidate = { use: 'weight', parameters: defaultParameters.ials };
const interval = { mean: 0.4, low: 0.39, high: 0.41 };

const split = (verdict: ToChooseFrom['split']['verdict']): ToChooseFrom['split'] => ({
  kind: 'split',
  verdict,
  unlearnt: popularity,
  description: null,
  usersRanked: 30,
  counts: { users: 30, items: 20, interactions: 300 },
  ratings: '',
});
const evaluation = (
  beatsPopularity: boolean,
  champion: { beatsPopularity: boolean; isAsGood: boolean } | null,
): ToChooseFrom['evaluation'] => ({
  split: { kind: 'later', description: '' } as unknown as ToChooseFrom['evaluation']['split'],
  usersRanked: 30,
  comparison: {
    challenger: interval,
    popularity: interval,
    beatsPopularity,
    champion: champion && { interval, difference: interval, ...champion },
  },
  championRefusal: null,
  rankings: { challenger: null, champion: null, popularity: null },
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
    const chosen = choose({
      split: split('learn'),
      challenger: ease,
      champion: champion && ials,
      evaluation: evaluation(beats, champion),
    });
    expect(chosen).toMatchObject({ candidate, outcome, quality, algorithm: candidate.parameters.kind });
  });

  it('is the best that was found where too few users could prove it', () => {
    const found = choose({
      split: split('unproven'),
      challenger: ease,
      champion: null,
      evaluation: evaluation(true, null),
    });
    expect(found).toMatchObject({ candidate: ease, outcome: 'unproven', quality: 'unproven' });
  });
});

it('without a search is what needs nothing to be learnt', () => {
  expect(unlearntChoice(split('not learnt'))).toMatchObject({ candidate: popularity, outcome: 'not learnt' });
});

it('that can not be fitted to everything gives way to popularity, with the reason', () => {
  const chosen = unfittedChoice(unlearntChoice({ ...split('not learnt'), unlearnt: ials }), 'too little memory');
  expect(chosen).toMatchObject({ candidate: popularity, algorithm: 'popularity' });
  expect(chosen.reason).toContain('too little memory');
});
