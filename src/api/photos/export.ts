import type { Id } from '../../model/ids';
import type { Entry } from '../../model/photos';
import type { PhotoStore } from '../../store/photos';

const pageRows = 200;

/**
 * Everything of an owner as it is kept, oldest first and page by page: meals, bare uploads, what is left of rejected photos.
 * Pictures stay where they are and are named by id.
 */
export const exportPhotos = (photos: Pick<PhotoStore, 'allOf'>, pageSize = pageRows) =>
  async function* (ownerId: Id): AsyncGenerator<Entry> {
    let after: Id | null = null;
    for (;;) {
      const page: Entry[] = await photos.allOf(ownerId, pageSize, after);
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      after = last.id;
    }
  };
