import { mulberry32 } from '../../mulberry';

/** Users of one of four tastes, who choose mostly among the items of it, as a file: what a model can learn in a moment. */
export function tasteCsv(users = 120, perUser = 12): string {
  const random = mulberry32(1);
  const rows = new Map<string, number>();
  for (let user = 0; user < users; user += 1) {
    for (let chosen = 0; chosen < perUser; chosen += 1) {
      const taste = random() < 0.9 ? user % 4 : Math.floor(4 * random());
      rows.set(`u${user},i${taste * 20 + Math.floor(20 * random())}`, 1 + Math.floor(5 * random()));
    }
  }
  return ['user_id,item_id,rating', ...Array.from(rows, ([pair, rating]) => `${pair},${rating}`), ''].join('\n');
}

export const dishesCsv = ['item_id,title,kind', ...Array.from({ length: 80 }, (_, at) => `i${at},Dish ${at},taste ${Math.floor(at / 20)}`), ''].join('\n'); // prettier-ignore
