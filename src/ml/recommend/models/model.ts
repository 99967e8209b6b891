import type { SparseRows } from '../interactions';

/**
 * What a fitted recommender is: plain data, so that it can be stored, sent to another process and compared byte by byte. What it does
 * is in `scoring.ts`.
 *
 * M1  A model knows items, never users: a user, known or not, is scored by the row of items that they come with (fold-in). So nothing of a
 *     person is in a model, and a model need not be fitted anew for someone who has just come.
 * M2  The same interactions, parameters and seed give the same bytes, whatever the number of threads.
 */
export type Model = PopularityModel | ItemKnnModel | EaseModel | IalsModel;

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

/** Why a candidate gives no model. Such a candidate is out; the others are not. */
export type FitRefusal =
  | { readonly kind: 'refused'; readonly reason: 'too many items'; readonly items: number; readonly most: number }
  /** Or more than 32 bits address. */
  | { readonly kind: 'refused'; readonly reason: 'too little memory'; readonly bytes: number }
  /** A pivot or a factor that is not above 0, infinite or NaN: what was to be solved is not positive definite in this precision. */
  | { readonly kind: 'refused'; readonly reason: 'not positive definite'; readonly what: string; readonly row: number }
  | { readonly kind: 'refused'; readonly reason: 'not finite'; readonly what: string; readonly row: number }
  | { readonly kind: 'refused'; readonly reason: 'no times' };

export type Fit<M extends Model = Model> = { readonly kind: 'fitted'; readonly model: M } | FitRefusal;

/** What it takes in memory, and in a file but for a header. */
export function sizeInBytes(model: Model): number {
  switch (model.kind) {
    case 'popularity':
      return model.scores.byteLength;
    case 'itemKnn':
    case 'ease':
      return model.weights.starts.byteLength + model.weights.indexes.byteLength + model.weights.values.byteLength;
    case 'ials':
      return model.itemFactors.byteLength + model.gram.byteLength;
  }
}
