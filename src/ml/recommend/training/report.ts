import type { Interval } from '../evaluation/bootstrap';
import type { Candidate } from './candidate';
import type { Evaluation, Outcome, RankedName, Training } from './train';

/** What became of a training, as lines that a person reads: what is served and why, by which figures, and what was tried. */
export function reportTraining({ served, outcome, counts, minTrainingSamples, evaluation }: Training): string[] {
  const data = `${counts.interactions} interactions of ${counts.users} users with ${counts.items} items`;
  const asked = outcome === 'not learnt' ? `, where at least ${minTrainingSamples} interactions are asked for.` : '.';
  const lines = [data + asked, verdict(outcome, served.candidate, evaluation)];
  if (evaluation === null) return lines;
  const { split, usersRanked, search, comparison } = evaluation;
  lines.push(split.description, `Lists of ten were made for ${usersRanked} users among all items but those they chose before.`); // prettier-ignore
  for (const name of ['challenger', 'champion', 'popularity'] as const) lines.push(...figuresOf(name, evaluation));
  if (comparison.champion !== null) {
    const { difference, isAsGood } = comparison.champion;
    lines.push(`The challenger's nDCG@10 differs from the champion's by ${interval(difference)}: it is ${isAsGood ? '' : 'not '}as good.`); // prettier-ignore
  }
  lines.push(
    `${search.trials.length} trials, seed ${search.seed}; ${search.ended === 'time over' ? 'the time was over' : 'all were tried'}:`,
    ...search.trials.map(({ candidate, rung, ndcg, refusal }, at) => {
      const on = rung === 'all' ? 'all users' : 'a third of the users';
      return `  ${at + 1}. ${described(candidate)} on ${on}: ${ndcg === null ? `not fitted (${refusal})` : ndcg.toFixed(4)}`;
    }),
  );
  return lines;
}

function verdict(outcome: Outcome, candidate: Candidate, evaluation: Evaluation | null): string {
  const name = described(candidate);
  switch (outcome) {
    case 'promoted':
      return `Served: ${name}. It ranks better than popularity${evaluation?.comparison.champion ? ' and at least as well as the champion' : ''}.`;
    case 'champion kept':
      return `Served: the champion's parameters, ${name}, fitted to all interactions. No challenger was as good.`;
    case 'popularity served':
      return 'Served: popularity, the same list for everybody. Nothing that was tried ranks better beyond doubt.';
    case 'unproven':
      return `Served: ${name}, unproven. Too few users have two interactions or more to tell whether it is better than popularity.`;
    case 'not learnt':
      return 'Served: popularity. Nothing was learnt, as there are fewer interactions than MIN_TRAINING_SAMPLES asks for.';
  }
}

function figuresOf(name: RankedName, { rankings }: Evaluation): string[] {
  const figures = rankings[name];
  if (figures === null) return [];
  const { ndcg, precision, recall, map, hitRate } = figures.intervals;
  const { coverage, novelty, diversity, popularityBias, coldShare } = figures.lists;
  return [
    `${name}: nDCG@10 ${interval(ndcg)}, precision ${interval(precision)}, recall ${interval(recall)}, MAP ${interval(map)}, hit rate ${interval(hitRate)}`,
    `  ${percent(coverage)} of the items are on some list, ${percent(coldShare)} of the places hold items that nobody chose before; ` +
      `novelty ${novelty.toFixed(2)} bits, diversity ${diversity.toFixed(2)}, items ${popularityBias.toFixed(1)} times as popular as those of the users' histories.`,
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const interval = ({ mean, low, high }: Interval): string =>
  `${mean.toFixed(4)} (95 %: ${low.toFixed(4)} to ${high.toFixed(4)})`;

export function described({ use, parameters: { kind, ...rest } }: Candidate): string {
  const each = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${value}`);
  return `${kind}${each.length === 0 ? '' : ` (${each.join(', ')})`} by ${use}`;
}
