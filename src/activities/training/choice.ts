import { popularity } from '../../ml/recommend/training/prepare';
import { chooseServed, insteadOf, type Chosen, type Outcome } from '../../ml/recommend/training/serve';
import type { ChosenModel } from '../../model/training';
import type { JudgedCandidates, SplitFacts } from './engine';

/** What is served and why, as it is kept and shown; which it is `ml/recommend/training/serve.ts` decides. */
type Split = Extract<SplitFacts, { kind: 'split' }>;

const reasons: Readonly<Record<Outcome, string>> = {
  promoted: 'It ranks better than popularity.',
  'champion kept': 'No challenger was as good as the champion, whose parameters were fitted to the new data.',
  'popularity served': 'Nothing that was tried ranks better than popularity beyond doubt.',
  unproven: 'Too few users have two interactions or more to tell whether it is better than popularity.',
  'not learnt': 'There are too few interactions to learn from.',
};

export function choose(
  { verdict }: Pick<Split, 'verdict'>,
  judged: Pick<JudgedCandidates, 'challenger' | 'champion' | 'comparison'>,
): ChosenModel {
  if (verdict === 'not learnt') throw new Error('Nothing was judged, so there is nothing to choose from');
  const champion = judged.champion?.candidate ?? null;
  const best = { challenger: judged.challenger ?? popularity, champion };
  const chosen = chooseServed(verdict, judged.comparison, best);
  return kept(
    chosen,
    chosen.outcome === 'promoted' && champion !== null
      ? 'It ranks better than popularity, and at least as well as the champion.'
      : reasons[chosen.outcome],
  );
}

export const unlearntChoice = ({ unlearnt, verdict }: Pick<Split, 'unlearnt' | 'verdict'>): ChosenModel =>
  verdict === 'not learnt'
    ? kept({ candidate: unlearnt, outcome: 'not learnt' }, reasons['not learnt'])
    : kept({ candidate: unlearnt, outcome: 'unproven' }, reasons.unproven);

/** In place of what could not be fitted to all interactions. */
export const unfittedChoice = (was: ChosenModel, why: string): ChosenModel =>
  kept(
    insteadOf({ outcome: was.outcome as Outcome }),
    `${was.algorithm} was chosen and could not be fitted to all interactions: ${why}.`,
  );

const kept = ({ candidate, outcome }: Chosen, reason: string): ChosenModel => ({
  candidate,
  algorithm: candidate.parameters.kind,
  quality: outcome === 'promoted' || outcome === 'champion kept' ? 'proven' : 'unproven',
  outcome,
  reason,
});
