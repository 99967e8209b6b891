/** Draws meals, so that samples, demos and measurements need no photograph of anybody's. */
import sharp from 'sharp';

/** Small seeded generator (mulberry32), so that the same seed draws the same picture. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const plate = (body) => `
<svg xmlns="http://www.w3.org/2000/svg" width="960" height="720" viewBox="0 0 960 720">
  <rect width="960" height="720" fill="#8a6f52"/>
  <circle cx="480" cy="360" r="320" fill="#f4f1ea"/>
  <circle cx="480" cy="360" r="250" fill="#fffdf8" stroke="#dcd6c8" stroke-width="4"/>
  ${body}
</svg>`;

const kinds = {
  pizza(random) {
    const toppings = Array.from({ length: 14 }, () => {
      const angle = random() * Math.PI * 2;
      const radius = random() * 170;
      return `<circle cx="${480 + radius * Math.cos(angle)}" cy="${360 + radius * Math.sin(angle)}" r="${14 + random() * 10}" fill="#b3261e"/>`;
    });
    return `<circle cx="480" cy="360" r="225" fill="#d9a154"/><circle cx="480" cy="360" r="198" fill="#f2c94c"/>${toppings.join('')}`;
  },
  salad(random) {
    return Array.from({ length: 60 }, () => {
      const x = 300 + random() * 360;
      const y = 200 + random() * 320;
      const green = 110 + Math.floor(random() * 110);
      return `<ellipse cx="${x}" cy="${y}" rx="${20 + random() * 30}" ry="${10 + random() * 16}" fill="rgb(60,${green},50)" transform="rotate(${random() * 180} ${x} ${y})"/>`;
    }).join('');
  },
  eggs(random) {
    return Array.from({ length: 2 + Math.floor(random() * 2) }, (_, i) => {
      const x = 360 + i * 120;
      const y = 330 + random() * 60;
      return `<ellipse cx="${x}" cy="${y}" rx="85" ry="70" fill="#fff" stroke="#e8e2d4" stroke-width="3"/><circle cx="${x}" cy="${y}" r="32" fill="#f5a623"/>`;
    }).join('');
  },
};

/** JPEG of a drawn meal, 960 × 720. `kind`: `pizza`, `salad` or `eggs`. */
export const drawMeal = (kind, seed = 1) =>
  sharp(Buffer.from(plate(kinds[kind](generator(seed)))))
    .jpeg({ quality: 82 })
    .toBuffer();
