import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { ModelKind, Parameters } from '../../ml/recommend/models/model';
import type { Candidate } from '../../ml/recommend/training/candidate';
import type { SearchRecord } from '../../ml/recommend/training/search';
import type { Outcome, Training } from '../../ml/recommend/training/train';
import type { AskedUse } from './trainingData';

/**
 * A training as a file: what a later one needs of it, its champion and its list of trials, and all figures beside them.
 *
 * R1  What is read of a file is checked field by field, as people change such files; what its figures are is not read again.
 */
export interface TrainingReport {
  readonly kind: typeof reportKind;
  readonly seed: number;
  readonly minTrainingSamples: number;
  readonly ratingUse: AskedUse;
  /** What the challenger was compared with. */
  readonly champion: Candidate | null;
  readonly counts: Training['counts'];
  readonly outcome: Outcome;
  readonly served: Candidate;
  readonly evaluation: { readonly search: SearchRecord } | null;
}

const reportKind = 'palate training report';
const maxBytes = 5e6;

/** The message is a sentence for the user who named the file. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused';
}

const count = z.int().min(0);
const itemKnn = z.strictObject({
  kind: z.literal('itemKnn'),
  weighting: z.enum(['cosine', 'bm25']),
  neighbours: z.number(),
  shrinkage: z.number(),
});
const ease = z.strictObject({ kind: z.literal('ease'), regularisation: z.number(), kept: z.number() });
const ials = z.strictObject({
  kind: z.literal('ials'),
  dimensions: z.number(),
  sweeps: z.number(),
  unobservedWeight: z.number(),
  regularisation: z.number(),
  frequencyExponent: z.literal([0, 0.5, 1]),
  seed: z.number(),
});
const content = z.strictObject({
  kind: z.literal('content'),
  weighting: z.enum(['tfidf', 'bm25']),
  dimensions: z.number().nullable(),
  titleWeight: z.number(),
  seed: z.number(),
});
const kinds = {
  popularity: z.strictObject({ kind: z.literal('popularity'), halfLifeDays: z.number().nullable() }),
  itemKnn,
  ease,
  ials,
  content,
  hybrid: z.strictObject({
    kind: z.literal('hybrid'),
    collaborative: z.discriminatedUnion('kind', [itemKnn, ease, ials]),
    content,
    seed: z.number(),
  }),
} satisfies { [Kind in ModelKind]: z.ZodType<Extract<Parameters, { kind: Kind }>> };
const candidate = z.strictObject({
  use: z.enum(['presence', 'weight']),
  parameters: z.discriminatedUnion('kind', [kinds.popularity, itemKnn, ease, ials, content, kinds.hybrid]),
}) satisfies z.ZodType<Candidate>;

const report = z.object({
  kind: z.literal(reportKind),
  seed: count,
  minTrainingSamples: count,
  ratingUse: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('presence') }),
      z.strictObject({ kind: z.literal('weight') }),
      z.strictObject({ kind: z.literal('threshold'), atLeast: z.number() }),
    ])
    .nullable(),
  champion: candidate.nullable(),
  counts: z.object({ users: count, items: count, interactions: count }),
  outcome: z.enum(['promoted', 'champion kept', 'popularity served', 'unproven', 'not learnt']),
  served: candidate,
  evaluation: z
    .object({
      search: z.strictObject({
        seed: count,
        trials: z
          .array(
            z.strictObject({
              candidate,
              rung: z.enum(['part', 'all']),
              ndcg: z.number().nullable(),
              refusal: z.string().nullable(),
            }),
          )
          .min(1),
        ended: z.enum(['all tried', 'time over']),
      }),
    })
    .nullable(),
}) satisfies z.ZodType<TrainingReport>;

/** Without the model, which is the only part that is large. */
export function reportOf(
  { served, ...training }: Training,
  { seed, ratingUse, champion }: Pick<TrainingReport, 'seed' | 'ratingUse' | 'champion'>,
): TrainingReport {
  return { kind: reportKind, seed, ratingUse, champion, ...training, served: served.candidate };
}

/** Throws ReportRefused. */
export async function readReport(file: string): Promise<TrainingReport> {
  const name = path.basename(file);
  const found = await stat(file).catch(() => null);
  if (found?.isFile() !== true)
    throw new ReportRefused(`${file} is no file: name a report that train --report has written.`);
  if (found.size === 0) throw new ReportRefused(`${name} is empty: name a report that train --report has written.`);
  if (found.size > maxBytes)
    throw new ReportRefused(`${name} is too large for a training report (${found.size} bytes).`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SyntaxError') throw error;
    throw new ReportRefused(`${name} is no JSON: name a report that train --report has written.`);
  }
  const checked = report.safeParse(json);
  if (checked.success) return checked.data;
  const [first] = checked.error.issues;
  throw new ReportRefused(
    `${name} is no training report (${first === undefined || first.path.length === 0 ? 'all of it' : first.path.join('.')}: ${first?.message ?? 'not as expected'}): name one that train --report has written.`,
  );
}
