import type { Candidate } from '../../ml/recommend/training/candidate';
import { decide } from '../../ml/recommend/training/comparison';
import { popularity } from '../../ml/recommend/training/train';
import type { ChosenModel } from '../../model/training';
import type { EvaluatedCandidates, SplitFacts } from './engine';

/** What is served, and why, by the rules of `ml/recommend/training/train.ts` (T3, T4). */
export interface ToChooseFrom {
  readonly split: Extract<SplitFacts, { kind: 'split' }>;
  /** Null where nothing that was tried could be fitted. */
  readonly challenger: Candidate | null;
  readonly champion: Candidate | null;
  readonly evaluation: EvaluatedCandidates;
}

export function choose({ split, challenger, champion, evaluation }: ToChooseFrom): ChosenModel {
  const best = challenger ?? popularity;
  if (split.verdict === 'unproven')
    return chosen(
      best,
      'unproven',
      'Too few users have two interactions or more to tell whether this is better than popularity.',
    );
  const { comparison } = evaluation;
  const served = decide(comparison);
  if (served === 'challenger')
    return chosen(
      best,
      'promoted',
      comparison.champion === null
        ? 'It ranks better than popularity.'
        : 'It ranks better than popularity, and at least as well as the champion.',
    );
  if (served === 'champion' && champion !== null)
    return chosen(
      champion,
      'champion kept',
      'No challenger was as good as the champion, whose parameters were fitted to the new data.',
    );
  return chosen(popularity, 'popularity served', 'Nothing that was tried ranks better than popularity beyond doubt.');
}

export const unlearntChoice = ({ unlearnt, verdict }: ToChooseFrom['split']): ChosenModel =>
  verdict === 'not learnt'
    ? chosen(unlearnt, 'not learnt', 'There are too few interactions to learn from.')
    : chosen(unlearnt, 'unproven', 'Nobody has two interactions of which one could be held out to judge by.');

/** In place of what could not be fitted to all interactions. */
export const unfittedChoice = (was: ChosenModel, why: string): ChosenModel =>
  chosen(
    popularity,
    was.quality === 'proven' ? 'popularity served' : was.outcome,
    `${was.algorithm} was chosen and could not be fitted to all interactions: ${why}.`,
  );

const chosen = (candidate: Candidate, outcome: string, reason: string): ChosenModel => ({
  candidate,
  algorithm: candidate.parameters.kind,
  quality: outcome === 'promoted' || outcome === 'champion kept' ? 'proven' : 'unproven',
  outcome,
  reason,
});
