import sharp from 'sharp';

const cells = 8;

/** A mosaic by its seed. Two seeds look nothing alike, so that neither a memory of plates nor a search for duplicates takes one for another. */
export const mosaic = (seed: number): Promise<Buffer> => {
  let state = seed * 2_654_435_761 + 1;
  // A linear congruential generator (Numerical Recipes): the same picture for the same seed, everywhere.
  const colours = Buffer.from(
    Array.from({ length: cells * cells * 3 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
  return sharp(colours, { raw: { width: cells, height: cells, channels: 3 } })
    .resize(320, 320, { kernel: 'nearest' })
    .jpeg({ quality: 80 })
    .toBuffer();
};
