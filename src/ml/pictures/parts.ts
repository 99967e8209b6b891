import { PictureUnreadable } from './unreadable';

/**
 * Of segments, chunks or boxes of one table. An animation has thousands, a PNG in small pieces tens of thousands; 20 MB can hold millions, which
 * take their reader longer than others may wait for it.
 */
export const maxParts = 100_000;

/** To be called for each part; throws `PictureUnreadable` beyond `maxParts`. */
export const createPartLimit = (): (() => void) => {
  let parts = 0;
  return () => {
    parts += 1;
    if (parts > maxParts)
      throw new PictureUnreadable(
        'damaged',
        'The picture is in more than 100,000 parts, as no photo is. Save it as a plain JPEG and send that.',
      );
  };
};
