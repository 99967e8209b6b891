import type { SparseRows } from '../interactions';
import type { Model, PopularityModel } from '../models/model';
import type { ValueUse } from '../training/candidate';
import type { Catalogue } from './catalogue';
import { catalogueOf, putCatalogue, type CatalogueMeta } from './catalogueSections';
import type { Dictionary } from './dictionary';
import { ArtefactRefused, writeArtefact, type Opened } from './format';
import { modelOf, popularityModelOf, putModel, putPopularity, type ModelMeta } from './modelSections';
import { sectionReader, sectionWriter } from './sections';
import { putTitles, titleIndex, titlesOf, type TitleIndex } from './titles';

/**
 * All that is needed to answer requests: the model, what users chose, and what is shown of items.
 *
 * R1  Nothing is built when it is opened: every column, also the tables by which ids are found, is a view of the artefact's one buffer, which threads may share.
 * R2  The same parts give the same bytes, and what is opened and written again gives them, too.
 */
export interface RecommenderParts {
  readonly model: Model;
  /** Orders what the model says nothing of. */
  readonly fallback: PopularityModel;
  /** Which values the model was fitted with. */
  readonly use: ValueUse;
  readonly users: Dictionary;
  readonly items: Dictionary;
  /** A row a user, of item indexes; values as `use` says. */
  readonly histories: SparseRows;
  readonly catalogue: Catalogue | null;
  /** What the file of interactions calls its items: items are shown under this name where there is no catalogue. */
  readonly itemColumn?: string;
}

export interface OpenedRecommender extends RecommenderParts {
  readonly itemColumn: string;
  readonly titles: TitleIndex;
}

const kind = 'recommender';
const usualItemColumn = 'item_id';

interface RecommenderMeta {
  [fact: string]: unknown;
  model: ModelMeta;
  fallback: Pick<PopularityModel, 'kind' | 'parameters'>;
  use: ValueUse;
  itemColumn: string;
  catalogue: CatalogueMeta | null;
}

/** The recommender as the chunks of a file. */
export function writeRecommender(parts: RecommenderParts): Generator<Uint8Array> {
  const to = sectionWriter();
  to.putDictionary('users', parts.users);
  to.putDictionary('items', parts.items);
  to.putRows('histories', parts.histories);
  putTitles(to, titleIndex(parts));
  const meta: RecommenderMeta = {
    model: putModel(to, 'model', parts.model),
    fallback: putPopularity(to, 'fallback', parts.fallback),
    use: parts.use,
    itemColumn: parts.itemColumn ?? usualItemColumn,
    catalogue: parts.catalogue && putCatalogue(to, parts.catalogue),
  };
  return writeArtefact(kind, meta, to.sections);
}

/** Throws `ArtefactRefused` where it is another artefact, or lacks a column. */
export function openRecommender(opened: Opened): OpenedRecommender {
  if (opened.kind !== kind) throw new ArtefactRefused(`This artefact is a ${opened.kind}, and no ${kind}.`);
  const { model, fallback, use, itemColumn, catalogue } = opened.meta as RecommenderMeta;
  const from = sectionReader(opened);
  return {
    model: modelOf(from, 'model', model),
    fallback: popularityModelOf(from, 'fallback', fallback),
    use,
    itemColumn,
    users: from.dictionary('users'),
    items: from.dictionary('items'),
    histories: from.rows('histories'),
    titles: titlesOf(from),
    catalogue: catalogue && catalogueOf(from, catalogue),
  };
}
