import sharp from 'sharp';

/** A drawn picture; another seed is another picture. */
export const picture = (seed = 1, { width = 480, height = 360 } = {}): Promise<Buffer> => {
  const dots = Array.from({ length: 12 }, (_, i) => {
    const angle = seed * 1.7 + i * 2.1;
    return `<circle cx="${width / 2 + 90 * Math.cos(angle)}" cy="${height / 2 + 90 * Math.sin(angle * 1.3)}" r="${12 + ((seed * 7 + i) % 9)}" fill="#b3261e"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#8a6f52"/><circle cx="50%" cy="50%" r="150" fill="#f2c94c"/>${dots.join('')}</svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 80 }).toBuffer();
};
