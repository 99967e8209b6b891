import type { Catalogue } from '../../ml/recommend/artefact/catalogue';
import type { Dataset } from '../../ml/recommend/artefact/dataset';
import type { Dictionary } from '../../ml/recommend/artefact/dictionary';
import { textOf } from '../../ml/recommend/artefact/textColumn';
import { rowOf, type Interactions, type SparseVector } from '../../ml/recommend/interactions';
import { fitModel } from '../../ml/recommend/models/fit';
import { recommendFor } from '../../ml/recommend/recommendFor';
import { reasonsFor, type Reason } from '../../ml/recommend/reasons';
import type { Scorer } from '../../ml/recommend/scorer';
import { createScorer } from '../../ml/recommend/scoring';
import { similarityOf } from '../../ml/recommend/similarity';
import { popularity } from '../../ml/recommend/training/train';
import { notFitted } from '../../ml/recommend/training/evaluate';
import { dataSentence, described } from '../../ml/recommend/training/report';
import type { ModelChoice } from './evaluateFiles';
import { chosenCandidate, fittedValues, trainingDataOf } from './trainingData';

/** Whom a list is for: a user of the files, or somebody who chose these items of them. Each text is an id, or ids with commas between. */
export type ListFor = { readonly user: string } | { readonly itemsChosen: readonly string[] };

/** The message is a sentence for the user who asked. */
export class UnknownId extends Error {
  override readonly name = 'UnknownId';
}

const listLength = 10;
const mostNamed = 10;

/** A list of ten with the reasons for each of its items, as lines. Throws UnknownId, or TrainingRefused where no model can be fitted. */
export async function explainDataset(
  dataset: Dataset,
  { threads, ratingUse, listFor, ...choice }: ModelChoice & { readonly listFor: ListFor },
): Promise<string[]> {
  const data = trainingDataOf(dataset, ratingUse);
  const candidate = chosenCandidate(data, choice);
  const values = fittedValues(candidate, data);
  const history = historyOf(listFor, dataset, values);
  const fit = await fitModel(values, candidate.parameters, { threads, features: data.features });
  if (fit.kind === 'refused') throw notFitted(candidate, fit);
  const scorer = createScorer(fit.model);
  const fallback = await popularityScorer();
  const list = recommendFor({ scorer, similarity: similarityOf(fit.model), fallback }, { history, n: listLength });
  const reasons = reasonsFor(scorer, history, list.items);
  const name = itemNames(dataset);
  const counts = { interactions: values.byUser.indexes.length, users: values.users, items: values.items };
  return [
    data.ratingsSaid(candidate),
    `${described(candidate)}, fitted to ${dataSentence(counts)}.`,
    historySentence(listFor, history, name),
    ...(list.items.length === 0 ? ['Nothing is left to recommend: every item was chosen.'] : []),
    ...(fit.model.kind === 'popularity'
      ? ['Popularity gives everybody the same list: nothing that was chosen is a reason.']
      : []),
    ...Array.from(list.items, (item, at) => [
      `${String(at + 1).padStart(2)}. ${name(item)}: ${(list.scores[at] ?? 0).toFixed(4)}`,
      ...(fit.model.kind === 'popularity' ? [] : [`    ${reasonLine(reasons[at] ?? [], name)}`]),
    ]).flat(),
  ];

  async function popularityScorer(): Promise<Scorer> {
    if (candidate.parameters.kind === 'popularity') return scorer;
    const popular = await fitModel(values, popularity.parameters, { threads });
    if (popular.kind === 'refused') throw notFitted(popularity, popular);
    return createScorer(popular.model);
  }
}

function historyOf(listFor: ListFor, { users, items }: Dataset, values: Interactions): SparseVector {
  if ('user' in listFor) {
    const user = users.find(listFor.user);
    if (user < 0) throw new UnknownId(`There is no user ${listFor.user} in the file of interactions.`);
    return rowOf(values.byUser, user);
  }
  const indexes = Uint32Array.from(new Set(listFor.itemsChosen.flatMap((text) => itemsOf(text, items)))).sort();
  // As somebody of the files would have chosen them on average; 1 where values are presence.
  const all = values.byUser.values;
  const value = all.reduce((sum, one) => sum + one, 0) / all.length;
  return { indexes, values: new Float32Array(indexes.length).fill(value) };
}

/** An id may hold commas: the whole text is looked for first. */
function itemsOf(text: string, items: Dictionary): number[] {
  const whole = items.find(text);
  if (whole >= 0) return [whole];
  return text.split(',').map((part) => {
    const item = items.find(part.trim());
    if (item < 0) throw new UnknownId(`There is no item ${part.trim() === '' ? 'with an empty id' : part.trim()} in the files.`); // prettier-ignore
    return item;
  });
}

const itemNames =
  ({ items, catalogue }: { items: Dictionary; catalogue: Catalogue | null }) =>
  (item: number) => {
    const title = catalogue?.title
      ? textOf(catalogue.title, item)
          .replace(/[\s\p{Cc}]+/gu, ' ')
          .trim()
      : '';
    return title === '' ? items.idAt(item) : `${title} (${items.idAt(item)})`;
  };

function historySentence(listFor: ListFor, { indexes }: SparseVector, name: (item: number) => string): string {
  const who = 'user' in listFor ? `User ${listFor.user}` : 'Somebody';
  if (indexes.length === 0) return `${who} chose nothing that counts.`;
  const named = Array.from(indexes.subarray(0, mostNamed), name).join('; ');
  const more = indexes.length > mostNamed ? `; and ${indexes.length - mostNamed} more` : '';
  return `${who} chose ${indexes.length} ${indexes.length === 1 ? 'item' : 'items'}: ${named}${more}.`;
}

function reasonLine(reasons: readonly Reason[], name: (item: number) => string): string {
  if (reasons.length === 0) return 'nothing that was chosen raises its score';
  return `because of ${reasons.map(({ item, influence }) => `${name(item)}, ${influence.toPrecision(2)} less without it`).join('; ')}`;
}
