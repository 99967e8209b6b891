import { isSamePicture } from '../../ml/pictures';
import type { Id } from '../../model/ids';
import type { Entry } from '../../model/photos';
import type { PhotoStore, PictureSignature } from '../../store/photos';

/** A messenger sends a picture on in other bytes, and an app sends it again: within this time it is most likely the same meal. */
const sameMealMs = 10 * 60_000;

const earlierFirst = (a: PictureSignature, b: PictureSignature) =>
  a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1);

/** Other times that their user stated are other meals. */
const sameTime = (a: PictureSignature, b: PictureSignature) =>
  a.statedAt === null || b.statedAt === null || a.statedAt.getTime() === b.statedAt.getTime();

/**
 * Marks the later of two photos of one owner that show the same picture, so that its user is asked; nothing is merged. Called once the
 * signature of `entry` is written: of two that are prepared at once, at least one then sees the other, so neither goes unnoticed.
 * Whether `entry` itself is asked about. Safe to repeat.
 */
export async function askAboutDuplicates(
  photos: Pick<PhotoStore, 'picturesAround' | 'askDuplicate' | 'denyDuplicate' | 'find'>,
  entry: Entry,
): Promise<boolean> {
  if (entry.ownerId === null || entry.kind !== 'photo') return false;
  const around = (await photos.picturesAround(entry.ownerId, entry.createdAt, sameMealMs)).sort(earlierFirst);
  const own = around.find(({ id }) => id === entry.id);
  if (!own) return false;
  const alike = around.filter(
    (other) => other.id !== own.id && sameTime(own, other) && isSamePicture(own.signature, other.signature),
  );
  const older = alike.find((other) => earlierFirst(other, own) < 0);
  const ask = async (id: Id, about: Id) => {
    await photos.askDuplicate(id, about);
    // Deleted between the look and the question: whoever did that has released what was asked before, and not this.
    if (!(await photos.find(about))) await photos.denyDuplicate(id);
  };
  for (const later of alike.filter((other) => earlierFirst(other, own) > 0)) await ask(later.id, older?.id ?? own.id);
  if (older) await ask(own.id, older.id);
  return older !== undefined;
}
