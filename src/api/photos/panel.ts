import { z } from 'zod';
import { EntryState } from '../../model/photos';
import { photosCountedAtMost, type PhotoStore } from '../../store/photos';
import { section, type SupportPanel } from '../support/panel';

const mostPhotos = 20;

const Photos = z.object({
  counts: z
    .partialRecord(EntryState, z.int())
    .meta({ description: `By state, of the latest ${photosCountedAtMost.toLocaleString('en-US')} photos` }),
  latest: z.array(z.object({ id: z.string(), state: EntryState, created_at: z.string(), consumed_at: z.string() })),
});

export const photoPanel = (
  photos: Pick<PhotoStore, 'countPhotosByState' | 'latestPhotos' | 'countManual'>,
): SupportPanel => ({
  sections: {
    photos: section(Photos, async (ownerId) => {
      const [counts, latest] = await Promise.all([
        photos.countPhotosByState(ownerId),
        photos.latestPhotos(ownerId, mostPhotos),
      ]);
      return {
        counts,
        latest: latest.map(({ id, state, createdAt, consumedAt }) => ({
          id,
          state,
          created_at: createdAt.toISOString(),
          consumed_at: consumedAt.toISOString(),
        })),
      };
    }),
  },
  kept: { manual_meals: (ownerId) => photos.countManual(ownerId) },
});
