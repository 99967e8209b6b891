import type { Interval } from '../evaluation/bootstrap';
import type { Parameters } from '../models/model';
import type { Candidate } from './candidate';
import type { Evaluation, RankedFigures, RankedName, Training } from './train';

/** What became of a training, as lines that a person reads: what is served and why, by which figures, and what was tried. */
export function reportTraining(training: Training): string[] {
  const { outcome, counts, minTrainingSamples, evaluation } = training;
  const asked = outcome === 'not learnt' ? `, where at least ${minTrainingSamples} interactions are asked for.` : '.';
  const lines = [dataSentence(counts) + asked, verdict(training)];
  if (evaluation === null) return lines;
  const { usersRanked, search, comparison, championRefusal, rankings } = evaluation;
  lines.push(evaluation.split.description, rankedSentence(usersRanked));
  for (const name of ['challenger', 'champion', 'popularity'] as const) lines.push(...figuresOf(name, rankings[name]));
  if (championRefusal !== null)
    lines.push(`The champion could not be fitted to the training part (${championRefusal}), and was not compared.`);
  if (comparison.champion !== null) {
    const { difference, isAsGood } = comparison.champion;
    lines.push(`The challenger's nDCG@10 differs from the champion's by ${intervalText(difference)}: it is ${isAsGood ? '' : 'not '}as good.`); // prettier-ignore
  }
  lines.push(
    `${search.trials.length} ${search.trials.length === 1 ? 'trial' : 'trials'}, seed ${search.seed}; ${search.ended === 'time over' ? 'the time was over' : 'all were tried'}:`,
    ...search.trials.map(({ candidate, rung, ndcg, refusal }, at) => {
      const on = rung === 'all' ? 'all users' : 'a third of the users';
      return `  ${at + 1}. ${described(candidate)} on ${on}: ${ndcg === null ? `not fitted (${refusal})` : ndcg.toFixed(4)}`;
    }),
  );
  return lines;
}

export const dataSentence = ({ interactions, users, items }: Training['counts']): string =>
  `${interactions} interactions of ${users} users with ${items} items`;

export const rankedSentence = (users: number): string =>
  `Lists of ten were made for ${users} ${users === 1 ? 'user' : 'users'} among all items but those they chose before.`;

function verdict({ served: { candidate }, outcome, notFitted, evaluation }: Training): string {
  const name = described(candidate);
  const lost = notFitted && `${described(notFitted.candidate)} could not be fitted to all interactions (${notFitted.reason}).`; // prettier-ignore
  switch (outcome) {
    case 'promoted':
      return `Served: ${name}. It ranks better than popularity${evaluation?.comparison.champion ? ' and at least as well as the champion' : ''}.`;
    case 'champion kept':
      return `Served: the champion's parameters, ${name}, fitted to all interactions. No challenger was as good.`;
    case 'popularity served':
      return `Served: popularity, the same list for everybody. ${lost ?? whyPopularity(evaluation)}`;
    case 'unproven':
      return `Served: ${name}, unproven. Too few users have two interactions or more to tell whether it is better than popularity.${lost === null ? '' : ` ${lost}`}`;
    case 'not learnt':
      return `Served: ${candidate.parameters.kind === 'popularity' ? 'popularity' : `${name}, which compares items by what is known of them`}. Nothing was learnt, as there are too few interactions.`;
  }
}

function whyPopularity(evaluation: Evaluation | null): string {
  const comparison = evaluation?.comparison;
  if (comparison?.champion && comparison.beatsPopularity)
    return 'The challenger ranks better, but may be worse than the champion by over 1 %, and the champion does not rank better than popularity beyond doubt.';
  return `Nothing that was tried ranks better beyond doubt${comparison?.champion ? ', nor does the champion' : ''}.`;
}

export function figuresOf(name: RankedName | 'model', figures: RankedFigures | null): string[] {
  if (figures === null) return [];
  const { ndcg, precision, recall, map, hitRate } = figures.intervals;
  const { coverage, novelty, diversity, popularityBias, coldShare, coldRecall } = figures.lists;
  return [
    `${name}: nDCG@10 ${intervalText(ndcg)}, precision ${intervalText(precision)}, recall ${intervalText(recall)}, MAP ${intervalText(map)}, hit rate ${intervalText(hitRate)}`,
    `  ${percent(coverage)} of the items are on some list, ${percent(coldShare)} of the places hold items that nobody chose before${coldRecall === null ? '' : `, and ${percent(coldRecall)} of the held-out choices of such items are found`}; ` +
      `novelty ${novelty.toFixed(2)} bits, diversity ${diversity.toFixed(2)}, items ${popularityBias.toFixed(1)} times as popular as those of the users' histories.`,
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const intervalText = ({ mean, low, high }: Interval): string =>
  `${mean.toFixed(4)} (95 %: ${low.toFixed(4)} to ${high.toFixed(4)})`;

export const described = ({ use, parameters }: Candidate): string => `${parametersSaid(parameters)} by ${use}`;

function parametersSaid({ kind, ...rest }: Parameters): string {
  const each = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => (typeof value === 'object' ? parametersSaid(value as Parameters) : `${name} ${value}`));
  return `${kind}${each.length === 0 ? '' : ` (${each.join(', ')})`}`;
}
