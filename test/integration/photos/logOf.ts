import { analysisOfStated } from '../../../src/ml/foods';
import type { Id } from '../../../src/model/ids';
import { newId } from '../../../src/store/ids';
import { analysisIn } from '../../ml/knownFoods';
import { ask, type House } from '../palate';

/** What tests of the log share: entries put there without a picture, and a profile with a zone and a target. */
export interface View {
  id: string;
  status: string;
  revision: number;
  kind: string;
  food: string | null;
  calories: number | null;
  nutrition_facts: Record<string, number | null>;
  items: { provenance: unknown[] }[];
  provenance: unknown[];
  image_url: string | null;
  consumed_at: string;
  inference_source: string | null;
  caption: string | null;
  corrected: boolean;
  favourite: boolean;
  copied_from?: string;
}
export interface Log {
  items: View[];
  message?: string;
  nextCursor: string | null;
}

/** Puts a meal in a log: in words of our table, or by name and energy. */
export async function eat(
  { store }: Pick<House, 'store'>,
  ownerId: Id,
  consumedAt: Date | string,
  what: string | { name: string; kcal: number },
): Promise<Id> {
  const analysis = typeof what === 'string' ? analysisIn(what) : analysisOfStated(what.name, { kcal: what.kcal });
  if (!analysis) throw new Error(`No food in ${JSON.stringify(what)}`);
  const entry = await store.photos.createMeal({
    id: newId(),
    ownerId,
    caption: typeof what === 'string' ? what : null,
    consumedAt: new Date(consumedAt),
    consumedAtSource: 'stated',
    analysis,
  });
  return entry!.id;
}

/** Puts a photo without figures in a log. */
export async function waitingPhoto(
  { store }: Pick<House, 'store'>,
  ownerId: Id,
  consumedAt: Date | string,
): Promise<Id> {
  const entry = await store.transaction((session) =>
    store.photos.createPhoto(
      {
        id: newId(),
        kind: 'photo',
        ownerId,
        caption: null,
        statedGrams: null,
        consumedAt: new Date(consumedAt),
        consumedAtSource: 'stated',
        dedupeKey: null,
        expiresAt: null,
      },
      session,
    ),
  );
  await store.photos.needsLabel(entry.id, 'No classifier is configured.', false);
  return entry.id;
}

export async function setProfile(url: string, token: string, json: Record<string, unknown>): Promise<void> {
  const { status, body } = await ask(url, 'PUT', '/api/auth/profile', { token, json });
  if (status !== 200) throw new Error(`The profile was refused: ${JSON.stringify(body)}`);
}
