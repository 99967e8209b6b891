/**
 * Forty plates drawn from above, for the measurement of memory and its tests.
 *
 * P1  The same plate, seed, serving and view give the same pixels, so that a figure can be printed again.
 * P2  Plates of one kind are made to be confused: the same sort of dish in other colours, with other pieces or laid out otherwise.
 * P3  Crockery and tables are few and shared, as in one home: what tells plates apart is the food.
 */
import sharp from 'sharp';
import { mulberry32 } from '../../test/mulberry';

type Shape = 'disc' | 'oval' | 'strip' | 'cube' | 'leaf' | 'ring' | 'wedge' | 'roll';
/** Where pieces lie: on all of the plate, in a disc, a ring, one of two halves, or one of three parts. */
type Place = 'all' | 'centre' | 'rim' | 'left' | 'right' | 'first' | 'second' | 'third';
type Layer =
  | { lay: 'pool'; colour: string; place: Place; radius: number }
  | { lay: 'pieces'; shape: Shape; colours: readonly string[]; count: number; size: number; place: Place }
  | { lay: 'strands'; colours: readonly string[]; count: number; place: Place };

/** A dish of the set; `label` is what its owner calls it, `kind` the sort of dish that a classifier sees in it. */
export interface Plate {
  label: string;
  kind: string;
  layers: readonly Layer[];
}

const pool = (colour: string, place: Place = 'all', radius = 205): Layer => ({ lay: 'pool', colour, place, radius });
const pieces = (shape: Shape, colours: string, count: number, size: number, place: Place = 'all'): Layer => ({
  lay: 'pieces',
  shape,
  colours: colours.split(' '),
  count,
  size,
  place,
});
const strands = (colours: string, count: number, place: Place = 'all'): Layer => ({
  lay: 'strands',
  colours: colours.split(' '),
  count,
  place,
});
const crust = pool('#d19a52', 'all', 232);
const greens = '#4c8c2b #66a83c #3a7024 #86b84e';
const rice = (place: Place) => pieces('oval', '#f6f1e2 #efe7d2 #fffaf0', 260, 9, place);

const dishes: Record<string, Record<string, readonly Layer[]>> = {
  pizza: {
    pizza: [crust, pool('#f0c650', 'all', 204), pieces('disc', '#b02a20 #9c241c', 16, 22)],
    'margherita with basil': [
      crust,
      pool('#c8402a', 'all', 204),
      pieces('disc', '#fbf3dc #f5e8c6', 11, 34),
      pieces('leaf', '#3c7a2a', 8, 24),
    ],
    'mushroom flatbread': [
      crust,
      pool('#eadfb8', 'all', 204),
      pieces('wedge', '#8c7358 #a58a6a', 26, 24),
      pieces('disc', '#47702f', 40, 5),
    ],
    'half pepper half salami': [
      crust,
      pool('#eebc48', 'all', 204),
      pieces('disc', '#a32a22', 10, 22, 'left'),
      pieces('ring', '#3f8a36 #57a446', 10, 22, 'right'),
    ],
  },
  salad: {
    'caesar salad': [
      pieces('leaf', greens, 70, 36),
      pieces('cube', '#c99b5c #b98747', 16, 20),
      pieces('strip', '#f4ecd0', 18, 20),
    ],
    'greek salad': [
      pieces('leaf', greens, 40, 34),
      pieces('wedge', '#cf3527 #d9492f', 16, 32),
      pieces('cube', '#fbfaf2', 16, 24),
      pieces('disc', '#3b2a36', 12, 13),
    ],
    'carrot slaw': [strands('#e8822a #f09a3c #d9701e', 120), pieces('leaf', '#4f8f30', 12, 18)],
    'beetroot and goat cheese': [
      pieces('leaf', '#3f7a2c #5d9a3a', 36, 32),
      pieces('disc', '#7a1f4b #8e2a58', 16, 32),
      pieces('disc', '#faf6ea', 12, 15),
    ],
  },
  porridge: {
    'porridge with blueberries': [
      pool('#d8c39a'),
      pieces('disc', '#cdb588 #e0cda6', 120, 9),
      pieces('disc', '#34406e #2a3358', 34, 15, 'centre'),
    ],
    'porridge with strawberries and banana': [
      pool('#d8c39a'),
      pieces('disc', '#cdb588 #e0cda6', 120, 9),
      pieces('wedge', '#d23a34', 12, 32, 'left'),
      pieces('disc', '#f3e3a2', 10, 27, 'right'),
    ],
    'yoghurt with granola': [
      pool('#f7f4ee'),
      pieces('cube', '#a8702e #c08a44 #8a5a24', 90, 12, 'right'),
      pieces('disc', '#c02f3c', 9, 16, 'left'),
    ],
    'acai bowl': [
      pool('#5a2a4c'),
      pieces('disc', '#f2e2a4', 8, 26, 'first'),
      pieces('disc', '#7fae3e', 8, 28, 'second'),
      pieces('cube', '#b07a38', 30, 12, 'third'),
    ],
  },
  eggs: {
    omelette: [
      pool('#f0c04c', 'all', 150),
      pieces('disc', '#d69c36', 60, 9, 'centre'),
      pieces('disc', '#4f8a30', 30, 6),
    ],
    'fried eggs with bacon': [
      pieces('disc', '#fdfbf4', 2, 84, 'left'),
      pieces('disc', '#f3a224', 2, 34, 'left'),
      pieces('strip', '#a8402c #c2614a', 7, 80, 'right'),
    ],
    'scrambled eggs with tomatoes': [
      pieces('oval', '#f5d668 #efc94f #f9e08a', 80, 24, 'left'),
      pieces('disc', '#cc3024', 9, 34, 'right'),
      pieces('leaf', '#4a8530', 6, 20, 'right'),
    ],
  },
  curry: {
    'chicken curry': [
      rice('left'),
      pool('#c9842a', 'right', 140),
      pieces('cube', '#e2b878 #d6a660', 16, 30, 'right'),
      pieces('leaf', '#44802c', 6, 14, 'right'),
    ],
    'red lentil dal': [pool('#d99a34', 'all', 190), pieces('disc', '#c98422 #e8b250', 160, 7), rice('first')],
    'green curry': [
      rice('left'),
      pool('#a9b870', 'right', 140),
      pieces('strip', '#3f7a34', 16, 34, 'right'),
      pieces('cube', '#f0e3c4', 12, 28, 'right'),
    ],
    'chickpeas in tomato': [
      rice('left'),
      pool('#b23a1e', 'right', 140),
      pieces('disc', '#dcb26a #cfa256', 40, 15, 'right'),
    ],
  },
  pasta: {
    'spaghetti bolognese': [
      strands('#eccf84 #f2dc9c #e0bf6c', 130),
      pool('#93331c', 'centre', 100),
      pieces('cube', '#7a2a18 #a8452a', 60, 11, 'centre'),
    ],
    'spaghetti with pesto': [strands('#a8b548 #8fa23a #c2c866', 130), pieces('disc', '#dcc58a', 30, 7)],
    'carbonara with peas': [
      strands('#f3e4b4 #eedba2', 130),
      pieces('cube', '#b5624a', 24, 14),
      pieces('disc', '#6fa53c', 40, 9),
    ],
    'penne with tomato': [
      pieces('strip', '#dd7a3c #d66a2e #e89050', 90, 42),
      pieces('disc', '#b8321e', 16, 16),
      pieces('leaf', '#3c7a2a', 6, 20),
    ],
  },
  soup: {
    'tomato soup': [
      pool('#c8431f', 'all', 215),
      pieces('disc', '#f4e4c8', 5, 20, 'centre'),
      pieces('leaf', '#3f7c2c', 4, 20, 'centre'),
    ],
    'pea soup': [pool('#8aa23c', 'all', 215), pieces('cube', '#c4694e', 14, 16)],
    'pumpkin soup': [pool('#e3912c', 'all', 215), pieces('oval', '#5a6a2c', 26, 10, 'centre')],
    'miso soup': [
      pool('#b89560', 'all', 215),
      pieces('cube', '#f5efdc', 16, 26),
      pieces('strip', '#2e4630', 12, 34),
      pieces('ring', '#7fae4c', 20, 9),
    ],
  },
  sushi: {
    sushi: [pieces('roll', '#ee8455', 10, 44)],
    'cucumber rolls': [pieces('roll', '#86b453', 10, 44)],
  },
  roast: {
    steak: [
      pieces('oval', '#5e3222', 1, 150, 'left'),
      pieces('strip', '#e6bd62 #d8a848', 40, 44, 'second'),
      pieces('disc', '#3f7530', 14, 26, 'third'),
    ],
    'chicken with carrots and peas': [
      pieces('oval', '#d8a45e #c98e48', 3, 80, 'left'),
      pieces('disc', '#e8862c', 20, 20, 'second'),
      pieces('disc', '#74a83e', 70, 11, 'third'),
    ],
    'salmon with asparagus': [
      pieces('oval', '#ea9068', 1, 130, 'left'),
      pieces('strip', '#5e8f3c #4c7c30', 12, 110, 'second'),
      rice('third'),
    ],
    'sausages with mash and red cabbage': [
      pieces('strip', '#8a4a2a', 3, 150, 'first'),
      pool('#f0e0ac', 'second', 100),
      pieces('strip', '#6e2350 #84305e', 70, 24, 'third'),
    ],
  },
  wok: {
    'fried rice': [
      rice('all'),
      pieces('disc', '#78a83e', 40, 10),
      pieces('cube', '#e88a34', 30, 11),
      pieces('cube', '#f2cf5c', 20, 17),
    ],
    'beef with peppers': [
      pieces('strip', '#5c3020 #70402a', 40, 50),
      pieces('strip', '#c8302a', 20, 46),
      pieces('strip', '#e3b32c', 16, 46),
    ],
    'tofu with broccoli': [
      pieces('cube', '#e8cf9a #dcbd80', 22, 34),
      pieces('disc', '#3c7030 #4b8238', 34, 24),
      pieces('disc', '#c0281e', 8, 9),
    ],
  },
  pancakes: {
    pancakes: [
      pool('#d39a4c', 'all', 175),
      pool('#e2b064', 'all', 150),
      pieces('cube', '#f7e38c', 1, 44, 'centre'),
      pieces('oval', '#8a4a14', 10, 24, 'centre'),
    ],
    'pancakes with berries': [
      pool('#d39a4c', 'all', 175),
      pool('#e2b064', 'all', 150),
      pieces('disc', '#34406e', 14, 15, 'centre'),
      pieces('wedge', '#cf3034', 10, 28),
    ],
  },
  dumplings: {
    dumplings: [pieces('oval', '#f0e3c2 #e9d8b0', 9, 62), pieces('disc', '#6a9a3c', 24, 6)],
    'dumplings in chili oil': [
      pool('#a8321a', 'all', 200),
      pieces('oval', '#f0e3c2 #e9d8b0', 9, 62),
      pieces('disc', '#5f8f34', 24, 6),
    ],
  },
};

/** All forty, in a fixed order. */
export const plates: readonly Plate[] = Object.entries(dishes).flatMap(([kind, labels]) =>
  Object.entries(labels).map(([label, layers]) => ({ label, kind, layers })),
);

/** How the camera looks at the plate. */
export interface View {
  rotationDegrees: number;
  /** 1: the frame as drawn; 1.18: 85 % of it. */
  zoom: number;
  /** Of the frame's width and height, to either side. */
  shift: { x: number; y: number };
  /** How much of the light the far side of the frame loses, 0..1. */
  shade: number;
}
export const straight: View = { rotationDegrees: 0, zoom: 1, shift: { x: 0, y: 0 }, shade: 0 };

// Drawn in these units, at the size of the pictures that are kept.
const pictureWidth = 640;
const width = 960;
const height = 720;
const reach = 200;

const tables = ['#8a6f52', '#b7bec4'];
const crockery = [
  { plate: '#f4f1ea', rim: '#dcd6c8' },
  { plate: '#e4e7ea', rim: '#9fb0c4' },
  { plate: '#474b52', rim: '#2f3238' },
];

/** Draws `colour` a little lighter or darker, as no two pieces of a food are alike. */
const tone = (colour: string, amount: number): string => {
  const value = parseInt(colour.slice(1), 16);
  const channel = (bits: number) => Math.max(0, Math.min(255, Math.round(((value >> bits) & 255) * (1 + amount))));
  return `rgb(${channel(16)},${channel(8)},${channel(0)})`;
};

const arcs: Record<Place, [start: number, end: number, inner: number, outer: number]> = {
  all: [0, 1, 0, 1],
  centre: [0, 1, 0, 0.5],
  rim: [0, 1, 0.75, 1],
  left: [0.28, 0.72, 0.12, 0.95],
  right: [-0.22, 0.22, 0.12, 0.95],
  first: [0.02, 0.31, 0.2, 0.95],
  second: [0.35, 0.64, 0.2, 0.95],
  third: [0.69, 0.98, 0.2, 0.95],
};

/** A point of a place, in pixels from the plate's centre, evenly spread over its area. */
const pointIn = (place: Place, random: () => number): { x: number; y: number } => {
  const [start, end, inner, outer] = arcs[place];
  const angle = (start + random() * (end - start)) * 2 * Math.PI;
  const radius = reach * Math.sqrt(inner ** 2 + random() * (outer ** 2 - inner ** 2));
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
};

const centreOf = (place: Place): { x: number; y: number } => {
  const [start, end, inner, outer] = arcs[place];
  if (end - start === 1) return { x: 0, y: 0 };
  const angle = (start + end) * Math.PI;
  const radius = (reach * (inner + outer)) / 2;
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
};

const outline = (shape: Shape, size: number, fill: string): string => {
  switch (shape) {
    case 'disc':
      return `<circle r="${size}" fill="${fill}"/>`;
    case 'oval':
      return `<ellipse rx="${size}" ry="${size * 0.58}" fill="${fill}"/>`;
    case 'strip':
      return `<rect x="${-size / 2}" y="${-size / 10 - 3}" width="${size}" height="${size / 5 + 6}" rx="5" fill="${fill}"/>`;
    case 'cube':
      return `<rect x="${-size / 2}" y="${-size / 2}" width="${size}" height="${size}" rx="${size / 7}" fill="${fill}"/>`;
    case 'leaf':
      return `<path d="M${-size} 0Q0 ${-size * 0.8} ${size} 0Q0 ${size * 0.8} ${-size} 0Z" fill="${fill}"/>`;
    case 'ring':
      return `<circle r="${size * 0.75}" fill="none" stroke="${fill}" stroke-width="${size * 0.45}"/>`;
    case 'roll':
      return `<circle r="${size}" fill="#22302a"/><circle r="${size * 0.86}" fill="#f6f2e8"/><circle r="${size * 0.42}" fill="${fill}"/>`;
    case 'wedge':
      return `<path d="M0 ${-size * 0.6}L${size * 0.7} ${size * 0.5}Q0 ${size} ${-size * 0.7} ${size * 0.5}Z" fill="${fill}"/>`;
  }
};

/** `random` decides what the plate is, `shake` how it came to lie this time. */
const drawLayer = (layer: Layer, random: () => number, shake: () => number, shakePx: number): string => {
  const moved = ({ x, y }: { x: number; y: number }) => ({
    x: x + (shake() - 0.5) * 2 * shakePx,
    y: y + (shake() - 0.5) * 2 * shakePx,
  });
  const pick = (colours: readonly string[]) => colours[Math.floor(random() * colours.length)] ?? '#888888';
  switch (layer.lay) {
    case 'pool': {
      const { x, y } = moved(centreOf(layer.place));
      const corners = Array.from({ length: 24 }, (_, at) => {
        const radius = layer.radius * (0.96 + 0.08 * random());
        const angle = (at / 24) * 2 * Math.PI;
        return `${x + radius * Math.cos(angle)},${y + radius * Math.sin(angle)}`;
      });
      const shine = Array.from({ length: 5 }, () => {
        const at = pointIn('all', random);
        const scale = layer.radius / reach;
        return `<circle cx="${x + at.x * scale * 0.7}" cy="${y + at.y * scale * 0.7}" r="${layer.radius * 0.22}" fill="${tone(layer.colour, 0.07)}" opacity="0.5"/>`;
      });
      return `<polygon points="${corners.join(' ')}" fill="${layer.colour}" stroke="${tone(layer.colour, -0.12)}" stroke-width="6" stroke-linejoin="round"/>${shine.join('')}`;
    }
    case 'pieces': {
      const alone = layer.count === 1;
      return Array.from({ length: layer.count }, () => {
        const anywhere = pointIn(layer.place, random);
        const { x, y } = moved(alone ? centreOf(layer.place) : anywhere);
        const turn = random() * 360 + (shake() - 0.5) * shakePx * 2;
        const fill = tone(pick(layer.colours), (random() - 0.5) * 0.24);
        const size = layer.size * (0.82 + 0.36 * random());
        return `<g transform="translate(${x} ${y}) rotate(${turn})"><g transform="translate(2 4)" opacity="0.28">${outline(layer.shape, size, '#20150c')}</g>${outline(layer.shape, size, fill)}</g>`;
      }).join('');
    }
    case 'strands':
      return Array.from({ length: layer.count }, () => {
        const [from, over, to] = [
          pointIn(layer.place, random),
          pointIn(layer.place, random),
          pointIn(layer.place, random),
        ];
        const start = moved(from);
        const fill = tone(pick(layer.colours), (random() - 0.5) * 0.24);
        const path = `M${start.x} ${start.y}Q${over.x} ${over.y} ${(start.x + to.x) / 2} ${(start.y + to.y) / 2}`;
        return `<path d="${path}" fill="none" stroke="#3a2a14" stroke-opacity="0.3" stroke-width="10"/><path d="${path}" fill="none" stroke="${fill}" stroke-width="7"/>`;
      }).join('');
  }
};

/** Which drawing of a plate: `seed` decides crockery, table and the place of every piece, `serving` how they lie this time. */
export interface Drawing {
  seed: number;
  serving: number;
}

const svgOf = (plate: Plate, { seed, serving }: Drawing, view: View): string => {
  const plateSeed = seed * 1009 + plates.indexOf(plate) * 7919;
  const random = mulberry32(plateSeed);
  const shake = mulberry32(plateSeed + 104_729 * (serving + 1));
  const table = tables[Math.floor(random() * tables.length)] ?? '#8a6f52';
  const { plate: ware, rim } = crockery[Math.floor(random() ** 1.6 * crockery.length)] ?? {
    plate: '#fff',
    rim: '#ddd',
  };
  const grain = Array.from({ length: 60 }, (_, at) => {
    const y = -900 + at * 30 + random() * 12;
    return `<line x1="-1200" x2="1200" y1="${y}" y2="${y + random() * 16}" stroke="${tone(table, random() < 0.5 ? -0.1 : 0.08)}" stroke-width="${3 + random() * 7}"/>`;
  });
  const food = plate.layers.map((layer) => drawLayer(layer, random, shake, serving === 0 ? 0 : 9));
  const { rotationDegrees, zoom, shift, shade } = view;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${pictureWidth}" viewBox="0 0 ${width} ${height}">
    <defs><linearGradient id="shade"><stop offset="0.2" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity="${shade}"/></linearGradient></defs>
    <g transform="translate(${width * (0.5 + shift.x)} ${height * (0.5 + shift.y)}) scale(${zoom}) rotate(${rotationDegrees})">
      <rect x="-1200" y="-1200" width="2400" height="2400" fill="${table}"/>${grain.join('')}
      <circle cx="6" cy="12" r="318" fill="#000" opacity="0.25"/>
      <circle r="312" fill="${ware}"/><circle r="252" fill="${tone(ware, 0.03)}" stroke="${rim}" stroke-width="6"/>
      ${food.join('')}
    </g>
    <rect width="${width}" height="${height}" fill="url(#shade)"/>
  </svg>`;
};

/** PNG of a drawn plate, 640 × 480. */
export const drawPlate = (plate: Plate, drawing: Drawing, view: View = straight): Promise<Buffer> =>
  sharp(Buffer.from(svgOf(plate, drawing, view)))
    .flatten()
    .png({ compressionLevel: 0 })
    .toBuffer();
