import type {
  CollaborativeModel,
  ContentModel,
  EaseModel,
  HybridModel,
  IalsModel,
  ItemKnnModel,
  Model,
  PopularityModel,
} from '../models/model';
import type { SectionReader, SectionWriter } from './sections';

/**
 * A model as columns of an artefact and the facts beside them. A model that is read consists of views of the artefact, and written again it has the same
 * bytes.
 */
export type ModelMeta = PopularityMeta | CollaborativeMeta | ContentMeta | HybridMeta;
type PopularityMeta = Pick<PopularityModel, 'kind' | 'parameters'>;
type CollaborativeMeta =
  | Pick<ItemKnnModel, 'kind' | 'parameters'>
  | Pick<EaseModel, 'kind' | 'parameters' | 'usedRegularisation'>
  | Pick<IalsModel, 'kind' | 'parameters' | 'items'>;
type ContentMeta = Pick<ContentModel, 'kind' | 'parameters' | 'items'> & {
  readonly vectors: { readonly form: 'terms'; readonly terms: number } | { readonly form: 'factors'; readonly dimensions: number };
}; // prettier-ignore
type HybridMeta = Pick<HybridModel, 'kind' | 'parameters' | 'blend'> & {
  readonly collaborative: CollaborativeMeta;
  readonly content: ContentMeta;
};

/** Puts its columns under names that begin with `name`. */
export function putModel(to: SectionWriter, name: string, model: Model): ModelMeta {
  switch (model.kind) {
    case 'popularity':
      return putPopularity(to, name, model);
    case 'itemKnn':
    case 'ease':
    case 'ials':
      return putCollaborative(to, name, model);
    case 'content':
      return putContent(to, name, model);
    case 'hybrid': {
      const { kind, parameters, blend } = model;
      const collaborative = putCollaborative(to, `${name}.collaborative`, model.collaborative);
      const content = putContent(to, `${name}.content`, model.content);
      to.put(`${name}.popularity`, model.popularity);
      to.put(`${name}.known`, model.known);
      return { kind, parameters, blend, collaborative, content };
    }
  }
}

export function putPopularity(to: SectionWriter, name: string, model: PopularityModel): PopularityMeta {
  to.put(`${name}.scores`, model.scores);
  return { kind: model.kind, parameters: model.parameters };
}

function putCollaborative(to: SectionWriter, name: string, model: CollaborativeModel): CollaborativeMeta {
  if (model.kind === 'ials') {
    to.put(`${name}.itemFactors`, model.itemFactors);
    to.put(`${name}.gram`, model.gram);
    return { kind: model.kind, parameters: model.parameters, items: model.items };
  }
  to.putRows(`${name}.weights`, model.weights);
  return model.kind === 'itemKnn'
    ? { kind: model.kind, parameters: model.parameters }
    : { kind: model.kind, parameters: model.parameters, usedRegularisation: model.usedRegularisation };
}

function putContent(to: SectionWriter, name: string, { kind, parameters, items, vectors }: ContentModel): ContentMeta {
  if (vectors.form === 'factors') {
    to.put(`${name}.factors`, vectors.factors);
    return { kind, parameters, items, vectors: { form: vectors.form, dimensions: vectors.dimensions } };
  }
  to.putRows(`${name}.rows`, vectors.rows);
  to.putTexts(`${name}.names`, vectors.names);
  return { kind, parameters, items, vectors: { form: vectors.form, terms: vectors.terms } };
}

/** Throws `ArtefactRefused` where a column is missing. */
export function modelOf(from: SectionReader, name: string, meta: ModelMeta): Model {
  switch (meta.kind) {
    case 'popularity':
      return popularityModelOf(from, name, meta);
    case 'itemKnn':
    case 'ease':
    case 'ials':
      return collaborativeOf(from, name, meta);
    case 'content':
      return contentOf(from, name, meta);
    case 'hybrid':
      return {
        kind: meta.kind,
        parameters: meta.parameters,
        blend: meta.blend,
        collaborative: collaborativeOf(from, `${name}.collaborative`, meta.collaborative),
        content: contentOf(from, `${name}.content`, meta.content),
        popularity: from.f32(`${name}.popularity`),
        known: from.u8(`${name}.known`),
      };
  }
}

export const popularityModelOf = (from: SectionReader, name: string, meta: PopularityMeta): PopularityModel => ({
  ...meta,
  scores: from.f32(`${name}.scores`),
});

function collaborativeOf(from: SectionReader, name: string, meta: CollaborativeMeta): CollaborativeModel {
  if (meta.kind !== 'ials') return { ...meta, weights: from.rows(`${name}.weights`) };
  return { ...meta, itemFactors: from.f32(`${name}.itemFactors`), gram: from.f32(`${name}.gram`) };
}

const contentOf = (from: SectionReader, name: string, meta: ContentMeta): ContentModel => ({
  ...meta,
  vectors:
    meta.vectors.form === 'factors'
      ? { ...meta.vectors, factors: from.f32(`${name}.factors`) }
      : { ...meta.vectors, rows: from.rows(`${name}.rows`), names: from.texts(`${name}.names`) },
});
