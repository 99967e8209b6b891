import type { Id } from '../../model/ids';
import type { Entry } from '../../model/photos';
import type { PhotoStore } from '../../store/photos';

const pageRows = 200;

/** Every entry of an owner, latest first, as it is kept; pictures stay where they are and are named by id. */
export const exportPhotos = (photos: Pick<PhotoStore, 'listLog'>) =>
  async function* (ownerId: Id): AsyncGenerator<Entry> {
    let before: { consumedAt: Date; id: Id } | null = null;
    for (;;) {
      const page: Entry[] = await photos.listLog(ownerId, pageRows, before);
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < pageRows) return;
      before = { consumedAt: last.consumedAt, id: last.id };
    }
  };
