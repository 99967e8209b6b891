import { mulberry32 } from '../../test/mulberry';

/** A file of interactions that is made while it is read: never more than a chunk of it is in memory. */
export interface GeneratedFile {
  rows: number;
  users: number;
  items: number;
  seed?: number;
}
const chunkChars = 65_536;

/** Rows in the order of time, as a log has them; a few items have most of the rows. */
export function* generatedInteractions({ rows, users, items, seed = 1 }: GeneratedFile): Generator<Uint8Array> {
  const next = mulberry32(seed);
  let text = 'user_id,item_id,rating,timestamp\n';
  for (let row = 0; row < rows; row += 1) {
    const user = Math.floor(next() * users);
    const item = Math.floor(next() ** 3 * items);
    text += `u${user},item-${item},${1 + Math.floor(next() * 9) / 2},${1_600_000_000 + row * 5}\n`;
    if (text.length < chunkChars) continue;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
  yield Buffer.from(text, 'latin1');
}
