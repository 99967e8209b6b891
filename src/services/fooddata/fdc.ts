import { z } from 'zod';
import type { Food, FoodPortion } from '../../model/foods';
import { boundedText, jsonOf, networkReason, observed, retryAfterMs, withoutEndSlashes } from '../calls';
import type { OnCall } from '../calls';
import { nutrientsOf } from './figures';
import { fit, queryWords } from '../../ml/foods';
import { FooddataRefused, FooddataUnavailable } from './fooddata';
import type { FoodData } from './fooddata';

/**
 * USDA FoodData Central (https://fdc.nal.usda.gov/api-guide): `POST foods/search`.
 *
 * U1  The key travels in a header: addresses end up in logs.
 * U2  Generic foods are asked for first; branded ones drown them, and are asked for only where nothing generic fits.
 * U3  Some of its errors are HTML, with any status: only a refusal in JSON, or of the key, is believed.
 */
export interface FdcOptions {
  /** Ends in `/fdc/v1`. */
  baseUrl: string;
  apiKey: string;
  timeoutMs: number;
  pageSize?: number;
  dataTypes?: readonly string[];
  /** Narrows branded foods to those of one company. */
  brandOwner?: string | undefined;
  retryAfterCapMs?: number;
  clock?: () => Date;
  onCall?: OnCall;
}

const mostBytes = 8 * 1_048_576;
const longestQuery = 100;
const mostPortions = 30;
const heaviestPortionG = 5000;
const defaultPortion = /^quantity not specified$/i;
const branded = 'Branded';

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const FdcFood = z.object({
  fdcId: z.int().positive(),
  description: z.string().trim().min(1).max(500),
  dataType: z.string().max(50).catch(''),
  foodNutrients: z
    .array(
      z.object({
        nutrientId: optional(z.number()),
        nutrientNumber: optional(z.coerce.string()),
        unitName: optional(z.string()),
        value: optional(z.number()),
      }),
    )
    .catch([]),
  foodMeasures: z
    .array(z.object({ disseminationText: optional(z.string().max(200)), gramWeight: optional(z.number()) }))
    .catch([]),
  gtinUpc: optional(z.string().max(50)).catch(undefined),
  brandName: optional(z.string().trim().max(200)).catch(undefined),
  brandOwner: optional(z.string().trim().max(200)).catch(undefined),
  publishedDate: optional(z.string().max(50)).catch(undefined),
  servingSize: optional(z.number()).catch(undefined),
  servingSizeUnit: optional(z.string()).catch(undefined),
  householdServingFullText: optional(z.string().max(200)).catch(undefined),
});
type FdcFood = z.infer<typeof FdcFood>;
const Answer = z.object({ foods: z.array(z.unknown()).max(1000) });

/** Letters, digits and spaces: other characters are operators of the search, and fail it when unbalanced. */
export const plainQuery = (query: string): string =>
  query
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}%]+/gu, ' ')
    .trim()
    .slice(0, longestQuery)
    .trim();

const portionsOf = (food: FdcFood): Pick<Food, 'portions' | 'defaultPortionG'> => {
  const portions: FoodPortion[] = [];
  let defaultPortionG: number | null = null;
  const usable = (weight: number | undefined): weight is number =>
    weight !== undefined && weight > 0 && weight <= heaviestPortionG;
  for (const { disseminationText, gramWeight } of food.foodMeasures) {
    if (disseminationText === undefined || disseminationText === '' || !usable(gramWeight)) continue;
    if (defaultPortion.test(disseminationText)) defaultPortionG ??= gramWeight;
    else if (portions.length < mostPortions) portions.push({ description: disseminationText, grams: gramWeight });
  }
  if (usable(food.servingSize) && /^(g|grm)$/i.test(food.servingSizeUnit ?? '')) {
    portions.push({ description: food.householdServingFullText ?? '1 serving', grams: food.servingSize });
    defaultPortionG ??= food.servingSize;
  }
  return { portions, defaultPortionG };
};

/** A product of a brand. */
export interface Product {
  food: Food;
  /** Brand and owner as the label states them; null where FoodData Central knows neither. */
  brand: string | null;
}

export interface Fdc extends FoodData {
  /** Tells apart answers of differently set clients, for a cache. */
  readonly scope: string;
  /** The branded product with this GTIN (14 digits), the latest where several carry it; null where none does. Rejects as `search`. */
  findByGtin(gtin14: string, signal: AbortSignal): Promise<Product | null>;
}

/** Makes the client; connects only when asked. */
export const createFdc = (options: FdcOptions): Fdc => {
  const {
    baseUrl,
    apiKey,
    timeoutMs,
    brandOwner,
    retryAfterCapMs = 3_600_000,
    clock = () => new Date(),
    onCall,
  } = options;
  const { pageSize = 25, dataTypes = ['Survey (FNDDS)', 'Foundation', 'SR Legacy'] } = options;
  const url = `${withoutEndSlashes(baseUrl)}/foods/search`;
  const rounds = [
    { types: dataTypes.filter((type) => type !== branded), owner: undefined },
    { types: dataTypes.filter((type) => type === branded), owner: brandOwner },
  ].filter(({ types }) => types.length > 0);

  const fault = (status: number, retryAfter: string | null, body: string): Error => {
    const wait = retryAfterMs(retryAfter, clock(), retryAfterCapMs);
    if (status === 429) return new FooddataUnavailable('FoodData Central takes no more requests for now (429).', wait);
    if (status === 401 || status === 403) {
      return new FooddataRefused(`FoodData Central refused its key (${status}): check FDC_API_KEY.`, status);
    }
    if (status < 500 && status !== 408 && jsonOf(body) !== undefined) {
      return new FooddataRefused(`FoodData Central refused the search (${status}): check FDC_BASE_URL.`, status);
    }
    return new FooddataUnavailable(`FoodData Central is out of order (${status}).`, wait);
  };

  const post = async (query: string, types: readonly string[], owner: string | undefined, signal: AbortSignal) => {
    signal.throwIfAborted();
    const overdue = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let body: string;
    try {
      response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': apiKey },
        body: JSON.stringify({
          query,
          dataType: types,
          pageSize,
          ...(owner === undefined ? {} : { brandOwner: owner }),
        }),
        signal: AbortSignal.any([signal, overdue]),
      });
      body = await boundedText(response, mostBytes);
    } catch (error) {
      signal.throwIfAborted();
      if (overdue.aborted) throw new FooddataUnavailable(`FoodData Central did not answer within ${timeoutMs} ms.`);
      throw new FooddataUnavailable(`FoodData Central cannot be reached (${networkReason(error)}).`);
    }
    if (!response.ok) throw fault(response.status, response.headers.get('retry-after'), body);
    const answer = Answer.safeParse(jsonOf(body));
    if (!answer.success) throw new FooddataUnavailable('FoodData Central sent an answer that is no list of foods.');
    // One odd food among many is left out; it does not spoil the rest.
    return answer.data.foods.flatMap((food) => FdcFood.safeParse(food).data ?? []);
  };

  const bestOf = (foods: readonly FdcFood[], wanted: readonly string[]): Food | null => {
    let best: { food: Food; score: number } | null = null;
    for (const candidate of foods) {
      const score = fit(wanted, candidate.description, candidate.dataType);
      if (score === null || (best !== null && score <= best.score)) continue;
      const per100G = nutrientsOf(candidate.foodNutrients);
      if (per100G.kcal === null) continue;
      const { fdcId, description } = candidate;
      best = { score, food: { key: `fdc:${fdcId}`, name: description, fdcId, per100G, ...portionsOf(candidate) } };
    }
    return best?.food ?? null;
  };

  return {
    scope: JSON.stringify([dataTypes, brandOwner ?? null, pageSize]),
    search: async (query, signal) => {
      const plain = plainQuery(query);
      const wanted = queryWords(plain);
      if (wanted.length === 0) return null;
      for (const { types, owner } of rounds) {
        const foods = await observed('fdc', onCall, () => post(plain, types, owner, signal));
        const best = bestOf(foods, wanted);
        if (best !== null) return best;
      }
      return null;
    },

    findByGtin: async (gtin14, signal) => {
      // Codes are kept with and without leading zeros, and the search knows whole words only.
      const bare = gtin14.replace(/^0+/, '');
      const forms = [14, 13, 12, 8].filter((length) => length >= bare.length).map((length) => gtin14.slice(-length));
      const query = [...new Set([...forms, bare])].join(' ');
      const foods = await observed('fdc', onCall, () => post(query, [branded], undefined, signal));
      const [latest] = foods
        .filter(({ gtinUpc }) => gtinUpc?.replace(/\D/g, '').padStart(14, '0') === gtin14)
        .sort((a, b) => (b.publishedDate ?? '').localeCompare(a.publishedDate ?? '') || b.fdcId - a.fdcId);
      if (!latest) return null;
      const { fdcId, description, foodNutrients, brandName, brandOwner } = latest;
      return {
        food: {
          key: `fdc:${fdcId}`,
          name: description,
          fdcId,
          per100G: nutrientsOf(foodNutrients),
          ...portionsOf(latest),
        },
        brand: [brandName, brandOwner].find((name) => name !== undefined && name !== '') ?? null,
      };
    },
  };
};
