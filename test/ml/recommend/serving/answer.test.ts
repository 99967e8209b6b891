import { defaultParameters } from '../../../../src/ml/recommend/models/defaults';
import type { Parameters } from '../../../../src/ml/recommend/models/model';
import type { RecommendationRequest } from '../../../../src/ml/recommend/serving/answer';
import { heldBytes, type ServedRecommender } from '../../../../src/ml/recommend/serving/servedRecommender';
import { menuFiles } from '../cuisines';
import { ask, listOf, servedOf } from './served';

const { content, ease, hybrid, ials, itemKnn } = defaultParameters;
const popularity: Parameters = { kind: 'popularity', halfLifeDays: null };
const menu = menuFiles({ users: 80, perUser: 8 });
/** Each dish has a title of its own: "Thai dish 3". */
const titleOf = (id: string) => `${id[0]!.toUpperCase()}${id.slice(1).replace('-', ' dish ')}`;
const items = menu.items.replace(/^(\w+-\d+),[^,]*,/gm, (_, id: string) => `${id},${titleOf(id)},`);
const files = { items, interactions: menu.interactions };
const kinds = {
  ease,
  itemKnn,
  ials: { ...ials, dimensions: 8, sweeps: 4 },
  content,
  hybrid: { ...hybrid, collaborative: itemKnn },
} satisfies Record<string, Parameters>;
type Kind = keyof typeof kinds;
let served: Record<Kind, ServedRecommender>;
beforeAll(async () => {
  const all = Object.entries(kinds).map(async ([kind, of]) => [kind, await servedOf(files, of)] as const);
  served = Object.fromEntries(await Promise.all(all)) as typeof served;
});
const chosenBy = (user: string): string[] =>
  menu.interactions.split('\n').flatMap((line) => (line.startsWith(`${user},`) ? [line.slice(user.length + 1)] : []));
const every = Object.keys(kinds) as Kind[];

describe.each(every)('of %s', (kind) => {
  const source = kind === 'content' || kind === 'hybrid' ? kind : 'collaborative';

  it('an item brings others like it, with the reason, and never itself', () => {
    const { rows, ids, notes } = listOf(served[kind], { itemTitle: 'Thai dish 3', n: 6 });
    expect(notes).toEqual([]);
    expect(ids).toHaveLength(6);
    expect(ids).not.toContain('thai-3');
    expect(ids.filter((id) => id.startsWith('thai')).length).toBeGreaterThan(3);
    expect(rows.map(({ score }) => score)).toEqual(rows.map(({ score }) => score).sort((a, b) => b - a));
    const beginning = { content: 'Described like', hybrid: 'Goes with' }[kind as string] ?? 'Chosen by those who chose';
    for (const row of rows.filter(({ source: of }) => of !== 'popular')) {
      expect(row).toMatchObject({ source, reason: `${beginning} Thai dish 3` });
    }
    expect(rows[0]!.source).toBe(source);
  });

  it('a user gets what they do not have, with titles of what they chose', () => {
    const { rows, ids, notes } = listOf(served[kind], { userId: 'u0', n: 10 });
    expect(notes).toEqual([]);
    const mine = chosenBy('u0');
    expect(ids.filter((id) => mine.includes(id))).toEqual([]);
    const [{ reason }] = rows as [(typeof rows)[number]];
    expect(reason).toMatch(
      /^(?:Chosen by those who chose|Described like|Goes with) \w+ dish \d+(?: and \w+ dish \d+)?$/,
    );
    const named = reason!.match(/\w+ dish \d+/g)!;
    expect(mine.map(titleOf)).toEqual(expect.arrayContaining(named));
  });

  it('an item and a user both count', () => {
    const both = listOf(served[kind], { itemId: 'indian-2', userId: 'u0', n: 20 });
    expect(both.ids).not.toContain('indian-2');
    expect(both.ids.filter((id) => chosenBy('u0').includes(id))).toEqual([]);
    const thai = both.ids.filter((id) => id.startsWith('thai')).length;
    const indian = both.ids.filter((id) => id.startsWith('indian')).length;
    const alone = listOf(served[kind], { userId: 'u0', n: 20 }).ids.filter((id) => id.startsWith('indian')).length;
    expect(thai).toBeGreaterThan(2);
    expect(indian).toBeGreaterThan(alone);
    expect(both.rows[0]!.reason).toMatch(/Indian dish 2/);
  });

  it('the same request has the same answer, whatever came between', () => {
    const requests: Partial<RecommendationRequest>[] = [{ userId: 'u3' }, { itemId: 'thai-1' }, { itemId: 'thai-1', userId: 'u3' }];
    const first = requests.map((request) => ask(served[kind], request));
    expect(requests.map((request) => ask(served[kind], request))).toEqual(first);
  }); // prettier-ignore

  it('of a long list all rows are there, and where there are no more items it ends', () => {
    const { rows, ids } = listOf(served[kind], { userId: 'u0', n: 1_000 });
    expect(new Set(ids).size).toBe(80 - chosenBy('u0').length);
    expect(rows.every(({ score }) => Number.isFinite(score))).toBe(true);
    expect(listOf(served[kind], { userId: 'u0', n: 0 }).rows).toEqual([]);
    expect(() => ask(served[kind], { userId: 'u0', n: 1.5 })).toThrow(RangeError);
  });
});

describe('what a project of a kind is asked for', () => {
  it('is an item, a user, or one of both; the rest is ignored', () => {
    const [{ ease: one }, thai] = [served, 'Thai dish 3'];
    expect(ask(one, { modelType: 'content', userId: 'u1' })).toEqual({ kind: 'missing', oneOf: ['item'] });
    expect(ask(one, { modelType: 'collaborative', itemTitle: thai })).toEqual({ kind: 'missing', oneOf: ['user'] });
    expect(ask(one, {})).toEqual({ kind: 'missing', oneOf: ['item', 'user'] });
    const ofItem = listOf(one, { itemTitle: thai });
    expect(listOf(one, { modelType: 'content', itemTitle: thai, userId: 'u1' })).toEqual(ofItem);
    const ofUser = listOf(one, { userId: 'u1' });
    expect(listOf(one, { modelType: 'collaborative', userId: 'u1', itemTitle: 'nothing' })).toEqual(ofUser);
  });

  it('an unknown user and a removed one get what is popular, with the same note', () => {
    const popular = listOf(served.ease, { userId: 'nobody' });
    expect(popular.notes).toEqual(['This user is not known: popular items are shown.']);
    expect(popular.rows.map(({ source, reason }) => [source, reason])).toEqual(Array(5).fill(['popular', 'Popular']));
    const counts = new Map<string, number>();
    for (const line of menu.interactions.split('\n').slice(1)) counts.set(line.split(',')[1]!, (counts.get(line.split(',')[1]!) ?? 0) + 1); // prettier-ignore
    expect(counts.get(popular.ids[0]!)).toBe(Math.max(...counts.values()));
    const isRemoved = (id: string) => id === 'u1';
    for (const modelType of ['collaborative', 'hybrid'] as const) {
      expect(listOf(served.ease, { modelType, userId: 'u1', isRemoved })).toEqual(popular);
    }
    const withItem = listOf(served.ease, { userId: 'u1', itemId: 'thai-3', isRemoved });
    expect(withItem.notes).toEqual(['This user is not known: the list goes by the item alone.']);
    expect(withItem.rows).toEqual(listOf(served.ease, { itemId: 'thai-3' }).rows);
  });

  it('an unknown title is answered with the nearest, but in a hybrid for a user who is known', () => {
    const nearest = ask(served.content, { modelType: 'content', itemTitle: 'Tai dish 3' });
    expect(nearest).toMatchObject({ kind: 'unknown title', title: 'Tai dish 3' });
    if (nearest.kind !== 'unknown title') throw new Error(nearest.kind);
    expect(nearest.nearest[0]).toBe('Thai dish 3');
    expect(nearest.nearest).toHaveLength(5);
    expect(ask(served.content, { itemTitle: 'Tai dish 3', userId: 'nobody' })).toEqual(nearest);
    const forUser = listOf(served.hybrid, { itemTitle: 'Tai dish 3', userId: 'u2' });
    expect(forUser.notes).toEqual(['No item has this title: the list goes by the user alone.']);
    expect(forUser.rows).toEqual(listOf(served.hybrid, { userId: 'u2' }).rows);
    expect(ask(served.ease, { itemId: 'none' })).toEqual({ kind: 'unknown item', itemId: 'none' });
    expect(ask(served.ease, { itemTitle: 'Thai dish 3', itemId: 'thai-4' })).toEqual({ kind: 'unknown item', itemId: 'thai-4' }); // prettier-ignore
    expect(listOf(served.ease, { itemId: 'none', userId: 'u2' }).notes).toHaveLength(1);
  });

  it('nothing that is known of an item is said, and popular ones stand', async () => {
    const popular = await servedOf(files, popularity);
    const { rows, notes, ids } = listOf(popular, { itemId: 'thai-3' });
    expect(notes).toEqual(['Nothing is known that would tell what fits: popular items are shown.']);
    expect(rows.every(({ source, reason }) => source === 'popular' && reason === 'Popular')).toBe(true);
    expect(ids).not.toContain('thai-3');
    const forUser = listOf(popular, { userId: 'u0' });
    expect(forUser.notes).toEqual([]);
    expect(forUser.rows.every(({ source, reason }) => source === 'popular' && reason === 'Popular')).toBe(true);
    // Nobody chose the last dishes, so a collaborative model knows nothing of them.
    expect(listOf(served.itemKnn, { itemId: 'thai-19' }).notes).toEqual(notes);
    expect(listOf(served.content, { itemId: 'thai-19' }).notes).toEqual([]);
  });

  it('items without interactions are served by what is known of them', async () => {
    const alone = await servedOf({ items }, content);
    const { ids } = listOf(alone, { modelType: 'content', itemTitle: 'Thai dish 3', n: 5 });
    expect(ids.filter((id) => id.startsWith('thai')).length).toBeGreaterThan(2);
    expect(listOf(alone, { userId: 'u1' }).notes).toEqual(['This user is not known: popular items are shown.']);
  });
});

it('of a long history fewer rows have reasons', async () => {
  const many = Array.from(
    { length: 400 },
    (_, at) => `keen,m${at}\nu${at % 40},m${at}\nu${at % 40},m${(at * 7) % 400}`,
  );
  const more = Array.from({ length: 300 }, (_, at) => `u${at % 40},n${at}`);
  const of = await servedOf({ interactions: ['user,item', ...many, ...more].join('\n') }, itemKnn);
  const { rows } = listOf(of, { userId: 'keen', n: 100 });
  const scored = rows.filter(({ source }) => source !== 'popular');
  expect(scored.length).toBeGreaterThan(20);
  expect(scored.map(({ reason }) => reason !== null)).toEqual(scored.map((_, at) => at < Math.floor(5_000 / 400)));
});

it('what is held is at least the artefact, and factors twice', () => {
  for (const kind of every) {
    const artefact = served[kind].items.parts.arena.buffer.byteLength;
    expect(heldBytes(served[kind])).toBeGreaterThan(artefact);
  }
  expect(heldBytes(served.ials)).toBeGreaterThan(served.ials.items.parts.arena.buffer.byteLength + 2 * 80 * 8 * 4);
});
