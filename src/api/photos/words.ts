import { beyond } from '../../ml/foods';
import { languageName, unreadLanguage, type Reading } from '../../ml/reading';
import type { Id } from '../../model/ids';
import { unprocessable } from '../errors';
import type { PhotoDeps } from './deps';

/** Why no food of a reading counts, as a sentence or two for who wrote the text; null where one does. */
export const whyNothing = (reading: Reading): string | null => {
  const { items } = reading;
  if (items.some(({ absurd }) => !absurd)) return null;
  const [tooMuch] = items;
  if (tooMuch)
    return `${tooMuch.amountText ?? 'So much'} of ${tooMuch.text} is ${beyond(tooMuch.amountText)}; say how much it was.`;
  const [nothing] = reading.unrecognized.length === 0 ? reading.denied : [];
  if (nothing !== undefined)
    return `The text says that there was no ${nothing.written}, and names nothing that was eaten.`;
  const writtenIn = unreadLanguage(reading);
  return `No food that is known here could be found in the text.${writtenIn === null ? '' : ` It seems to be in ${languageName(writtenIn)}, which is not read here.`}`;
};

const otherwise =
  'Name it otherwise ("two eggs and a slice of toast"), or find it with GET /foods and send its id as food_id of an item.';

/** Throws 422 for words of which nothing was eaten ("no apple", "0 g rice") or that name nothing: no source is asked for any of them. */
export async function refuseNothing(
  { mealReader }: Pick<PhotoDeps, 'mealReader'>,
  ownerId: Id,
  food: string,
): Promise<void> {
  const { reading } = await mealReader.read(ownerId, food);
  if (reading.items.length + reading.unrecognized.length === 0)
    unprocessable(`${whyNothing(reading) ?? ''} Nothing was changed. ${otherwise}`);
}

/** Throws 422 for a correction to what nobody knows, where no other source is asked for it: a run would find out no more. */
export async function refuseUnknown(
  { settings, mealReader }: Pick<PhotoDeps, 'settings' | 'mealReader'>,
  ownerId: Id,
  food: string,
): Promise<void> {
  if (settings.fdcConfigured || settings.captionModel) return refuseNothing({ mealReader }, ownerId, food);
  const { reading } = await mealReader.read(ownerId, food);
  const why = whyNothing(reading);
  if (why !== null) unprocessable(`${why} Nothing was changed. ${otherwise}`);
}
