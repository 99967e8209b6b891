import sharp from 'sharp';

/** A drawn picture; another seed is another plate, in colours, pattern and arrangement, so that none is taken for another. */
export const picture = (seed = 1, { width = 480, height = 360 } = {}): Promise<Buffer> => {
  // Steps by the golden angle: neighbouring seeds lie far apart.
  const hue = (seed * 137.508) % 360;
  const colour = (turn: number, lightness: number) => `hsl(${((hue + turn) % 360).toFixed(1)} 65% ${lightness}%)`;
  const count = 5 + (seed % 9);
  const dots = Array.from({ length: count }, (_, i) => {
    const angle = seed * 1.7 + i * 2.399;
    const radius = 30 + ((seed * 53 + i * 37) % 100);
    return `<ellipse cx="${width / 2 + radius * Math.cos(angle)}" cy="${height / 2 + radius * Math.sin(angle)}" rx="${10 + ((seed * 7 + i * 5) % 30)}" ry="${10 + ((seed * 11 + i * 3) % 24)}" fill="${colour(i * (20 + (seed % 5) * 15), 25 + ((seed * 13 + i * 17) % 50))}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${colour(190, 20 + ((seed * 29) % 50))}"/><circle cx="50%" cy="50%" r="${110 + ((seed * 17) % 55)}" fill="${colour(0, 40 + ((seed * 31) % 45))}"/>${dots.join('')}</svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 80 }).toBuffer();
};
