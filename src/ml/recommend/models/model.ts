import type { TextColumn } from '../artefact/textColumn';
import type { SparseRows } from '../interactions';

/**
 * What a fitted recommender is: plain data, so that it can be stored, sent to another process and compared byte by byte. What it does
 * is in `scoring.ts`.
 *
 * M1  A model knows items, never users: a user, known or not, is scored by the row of items that they come with (fold-in). So nothing of a
 *     person is in a model, and a model need not be fitted anew for someone who has just come.
 * M2  The same interactions, parameters and seed give the same bytes, whatever the number of threads.
 */
export type Model = PopularityModel | CollaborativeModel | ContentModel | HybridModel;

/** Of what users chose, and of nothing else. */
export type CollaborativeModel = ItemKnnModel | EaseModel | IalsModel;

export type ModelKind = Model['kind'];

export type Parameters = Model['parameters'];

/** The same list for everybody: how often each item was chosen, lately more than long ago. */
export interface PopularityModel {
  readonly kind: 'popularity';
  readonly parameters: PopularityParameters;
  /** One an item. */
  readonly scores: Float32Array;
}

export interface PopularityParameters {
  readonly kind: 'popularity';
  /** After so many days an interaction counts half; null: all count the same. */
  readonly halfLifeDays: number | null;
}

/** Items that the same users chose (Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms"). */
export interface ItemKnnModel {
  readonly kind: 'itemKnn';
  readonly parameters: ItemKnnParameters;
  /** A row an item of the history: what it adds to the scores of others. */
  readonly weights: SparseRows;
}

export interface ItemKnnParameters {
  readonly kind: 'itemKnn';
  /** bm25: values are weighted first, as words in a text are, so that those who choose everything say less. */
  readonly weighting: 'cosine' | 'bm25';
  /** Of each scored item, the most similar others that count. */
  readonly neighbours: number;
  /** Added to the product of the norms, so that what few users share counts less. */
  readonly shrinkage: number;
}

/** A linear autoencoder in closed form (Steck 2019, "Embarrassingly shallow autoencoders for sparse data"). */
export interface EaseModel {
  readonly kind: 'ease';
  readonly parameters: EaseParameters;
  /** λ as it was used: at least 1e-4 of the largest number on the diagonal. */
  readonly usedRegularisation: number;
  /** As of ItemKnnModel; weights may be negative. */
  readonly weights: SparseRows;
}

export interface EaseParameters {
  readonly kind: 'ease';
  /** λ, added to the diagonal of the Gram matrix. */
  readonly regularisation: number;
  /** Of each scored item, so many weights of the largest size are kept. */
  readonly kept: number;
}

/** Factors by alternating least squares (Hu et al. 2008; regularised as in Rendle et al. 2021, "Revisiting the performance of iALS"). */
export interface IalsModel {
  readonly kind: 'ials';
  readonly parameters: IalsParameters;
  readonly items: number;
  /** items × dimensions, row by row. */
  readonly itemFactors: Float32Array;
  /** Of the item factors: dimensions × dimensions. What folding in needs beside them. */
  readonly gram: Float32Array;
}

export interface IalsParameters {
  readonly kind: 'ials';
  /** A multiple of 8. */
  readonly dimensions: number;
  readonly sweeps: number;
  /** α₀, the weight of what was not chosen; what was chosen weighs its value. */
  readonly unobservedWeight: number;
  /** λ; a row is regularised by λ · (its entries + α₀ · columns) to the power `frequencyExponent`. */
  readonly regularisation: number;
  readonly frequencyExponent: 0 | 0.5 | 1;
  readonly seed: number;
}

/** Items by what is known of them, chosen or not: texts, categories and numbers as vectors (Lops et al. 2011, "Content-based recommender systems"). */
export interface ContentModel {
  readonly kind: 'content';
  readonly parameters: ContentParameters;
  readonly items: number;
  /** Of length 1; 0 where nothing is known of an item. */
  readonly vectors: ContentVectors;
}

export type ContentVectors =
  /** By term; `names` are those of the terms. */
  | { readonly form: 'terms'; readonly terms: number; readonly rows: SparseRows; readonly names: TextColumn }
  /** items × dimensions, row by row. */
  | { readonly form: 'factors'; readonly dimensions: number; readonly factors: Float32Array };

export interface ContentParameters {
  readonly kind: 'content';
  readonly weighting: 'tfidf' | 'bm25';
  /** At most so many directions of a truncated SVD in place of terms; null: the terms. */
  readonly dimensions: number | null;
  /** How much the words of the title count, where each other column counts 1. */
  readonly titleWeight: number;
  /** Of the SVD. */
  readonly seed: number;
}

/** A collaborative model, content and popularity, each counting as much as it told of interactions that were held out (Burke 2002, "Hybrid recommender systems"). */
export interface HybridModel {
  readonly kind: 'hybrid';
  readonly parameters: HybridParameters;
  readonly collaborative: CollaborativeModel;
  readonly content: ContentModel;
  /** One an item: on a logarithmic scale, of mean 0 and variance 1; 0 for cold items. */
  readonly popularity: Float32Array;
  /** One an item: 1 where somebody chose it, 0 where it is cold. */
  readonly known: Uint8Array;
  readonly blend: Blend;
}

/**
 * How much each score counts, where that of the collaborative model counts 1. Scores are brought to mean 0 and variance 1 over the items first.
 */
export interface Blend {
  readonly content: number;
  readonly popularity: number;
  /** What stands in for the collaborative score of a cold item: this, and so much of its content. */
  readonly coldConstant: number;
  readonly coldContent: number;
}

export interface HybridParameters {
  readonly kind: 'hybrid';
  readonly collaborative: CollaborativeModel['parameters'];
  readonly content: ContentParameters;
  /** Of what is held out. */
  readonly seed: number;
}

/** Why a candidate gives no model. Such a candidate is out; the others are not. */
export type FitRefusal =
  | { readonly kind: 'refused'; readonly reason: 'too many items'; readonly items: number; readonly most: number }
  /** Or more than 32 bits address. */
  | { readonly kind: 'refused'; readonly reason: 'too little memory'; readonly bytes: number }
  /** A pivot or a factor that is not above 0, infinite or NaN: what was to be solved is not positive definite in this precision. */
  | { readonly kind: 'refused'; readonly reason: 'not positive definite'; readonly what: string; readonly row: number }
  | { readonly kind: 'refused'; readonly reason: 'not finite'; readonly what: string; readonly row: number }
  /** Regularisation that is too strong for the data: every score would be 0. */
  | { readonly kind: 'refused'; readonly reason: 'shrunk to nothing' }
  | { readonly kind: 'refused'; readonly reason: 'no times' }
  /** Nothing is known of the items by which they could be compared. */
  | { readonly kind: 'refused'; readonly reason: 'no features' }
  /** No user has two interactions, of which one could be held out to learn by. */
  | { readonly kind: 'refused'; readonly reason: 'nothing to blend by' };

export type Fit<M extends Model = Model> = { readonly kind: 'fitted'; readonly model: M } | FitRefusal;

/** What it takes in memory, and in a file but for a header. */
export function sizeInBytes(model: Model): number {
  switch (model.kind) {
    case 'popularity':
      return model.scores.byteLength;
    case 'itemKnn':
    case 'ease':
      return rowBytes(model.weights);
    case 'ials':
      return model.itemFactors.byteLength + model.gram.byteLength;
    case 'content':
      return vectorBytes(model.vectors);
    case 'hybrid':
      return (
        sizeInBytes(model.collaborative) +
        sizeInBytes(model.content) +
        model.popularity.byteLength +
        model.known.byteLength
      );
  }
}

const rowBytes = ({ starts, indexes, values }: SparseRows): number =>
  starts.byteLength + indexes.byteLength + values.byteLength;

const vectorBytes = (vectors: ContentVectors): number =>
  vectors.form === 'factors'
    ? vectors.factors.byteLength
    : rowBytes(vectors.rows) + vectors.names.arena.byteLength + vectors.names.starts.byteLength;
