import { z } from 'zod';
import type { FigureName } from '../../ml/recommend/evaluation/ranking';
import type { Candidate } from '../../ml/recommend/training/candidate';
import type { Judgement, RankedFigures, RankedName } from '../../ml/recommend/training/judge';
import type { Trial } from '../../ml/recommend/training/searchRecord';
import type { TrainingRun } from '../../model/training';

const Ci = z.object({ low: z.number(), high: z.number() }).meta({ description: 'Of the mean, at 95 %' });
const Metrics = z.object({
  ndcg_at_10: z.number().nullable(),
  precision_at_10: z.number().nullable(),
  recall_at_10: z.number().nullable(),
  map_at_10: z.number().nullable(),
  hit_rate_at_10: z.number().nullable(),
  coverage: z.number().nullable().meta({ description: 'Share of all items that are on some list' }),
  novelty: z.number().nullable(),
  diversity: z.number().nullable(),
  popularity_bias: z.number().nullable(),
  ci: z.record(z.string(), Ci.nullable()),
});
const Params = z.record(z.string(), z.unknown());

export const EvaluationView = z
  .object({
    protocol: z.string().nullable().meta({ description: 'How was judged; null where nothing could be' }),
    users: z.int().meta({ description: 'For how many users lists were made' }),
    candidates: z.array(z.object({ name: z.string(), algorithm: z.string(), params: Params, metrics: Metrics })),
    champion: z
      .string()
      .nullable()
      .meta({ description: 'Which of the candidates is served; null where none was judged' }),
    reason: z.string(),
    trials: z
      .array(
        z.object({
          algorithm: z.string(),
          params: Params,
          users: z.enum(['all', 'part']),
          ndcg_at_10: z.number().nullable(),
          refusal: z.string().nullable(),
        }),
      )
      .meta({ description: 'What the search tried, on a part of the users or all of them' }),
  })
  .meta({ id: 'Evaluation' });
export type EvaluationView = z.infer<typeof EvaluationView>;

const served: Readonly<Record<string, RankedName>> = {
  promoted: 'challenger',
  unproven: 'challenger',
  'champion kept': 'champion',
  'popularity served': 'popularity',
};
const popularityParams = { kind: 'popularity' };

/** As the run keeps it: with the candidates that were judged. */
type Judged = Judgement & { challenger: Candidate | null; champion: { candidate: Candidate } | null };

export function presentEvaluation({
  evaluation,
  chosen,
  trials,
}: Pick<TrainingRun, 'evaluation' | 'chosen' | 'trials'>): EvaluationView {
  const kept = evaluation as Judged | null;
  const tried = trials as readonly Trial[];
  const candidateOf: Readonly<Record<RankedName, Candidate | null>> = {
    challenger: kept?.challenger ?? null,
    champion: kept?.champion?.candidate ?? null,
    popularity: null,
  };
  const candidates = (['challenger', 'champion', 'popularity'] as const).flatMap((name) => {
    const figures = kept?.rankings[name];
    if (!figures) return [];
    const candidate = candidateOf[name];
    return [
      {
        name,
        algorithm: name === 'popularity' ? 'popularity' : (candidate?.parameters.kind ?? 'unknown'),
        params: name === 'popularity' ? popularityParams : paramsOf(candidate),
        metrics: metricsOf(figures),
      },
    ];
  });
  const winner = served[chosen?.outcome ?? ''];
  return {
    protocol: kept?.split.description ?? null,
    users: kept?.usersRanked ?? 0,
    candidates,
    champion: candidates.find(({ name }) => name === winner)?.name ?? null,
    reason: chosen?.reason ?? '',
    trials: tried.map(({ candidate, rung, ndcg, refusal }) => ({
      algorithm: candidate.parameters.kind,
      params: paramsOf(candidate),
      users: rung,
      ndcg_at_10: number(ndcg),
      refusal,
    })),
  };
}

export const paramsOf = (candidate: Candidate | null): Record<string, unknown> =>
  candidate === null ? {} : { ...candidate.parameters, use: candidate.use };

const number = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value;

const names: Readonly<
  Record<FigureName, 'ndcg_at_10' | 'precision_at_10' | 'recall_at_10' | 'map_at_10' | 'hit_rate_at_10'>
> = {
  ndcg: 'ndcg_at_10',
  precision: 'precision_at_10',
  recall: 'recall_at_10',
  map: 'map_at_10',
  hitRate: 'hit_rate_at_10',
};

function metricsOf({ intervals, lists }: RankedFigures): z.infer<typeof Metrics> {
  const ci = Object.entries(names).map(([figure, name]) => {
    const { low, high } = intervals[figure as FigureName];
    return [name, Number.isFinite(low) && Number.isFinite(high) ? { low, high } : null] as const;
  });
  return {
    ndcg_at_10: number(intervals.ndcg.mean),
    precision_at_10: number(intervals.precision.mean),
    recall_at_10: number(intervals.recall.mean),
    map_at_10: number(intervals.map.mean),
    hit_rate_at_10: number(intervals.hitRate.mean),
    coverage: number(lists.coverage),
    novelty: number(lists.novelty),
    diversity: number(lists.diversity),
    popularity_bias: number(lists.popularityBias),
    ci: Object.fromEntries(ci),
  };
}
