import { meanInterval, pairedInterval } from '../../../src/ml/recommend/evaluation/bootstrap';
import { listFigures } from '../../../src/ml/recommend/evaluation/lists';
import { figuresOf, rankHeldOut, usersToRank } from '../../../src/ml/recommend/evaluation/ranking';
import { heldOutCount, splitInteractions } from '../../../src/ml/recommend/evaluation/split';
import { entryCount, interactionsOf, rowOf, type Interactions } from '../../../src/ml/recommend/interactions';
import { createScorer } from '../../../src/ml/recommend/scoring';
import { mulberry32 } from '../../mulberry';
import { sampleInteractions } from './samples';

const sample = sampleInteractions(60, 80, 900);
const untimed: Interactions = { ...sample, times: null };
const pairsOf = ({ byUser, users }: Interactions) =>
  Array.from({ length: users }, (_, user) =>
    Array.from(rowOf(byUser, user).indexes, (item) => `${user}:${item}`),
  ).flat();

describe('the split', () => {
  it('holds the latest fifth of each user out, and every pair is in one part', () => {
    const { kind, train, heldOut } = splitInteractions(sample, { seed: 1 });
    expect(kind).toBe('latest of each user');
    expect([...pairsOf(train), ...pairsOf(heldOut)].sort()).toEqual(pairsOf(sample).sort());
    for (let user = 0; user < sample.users; user += 1) {
      const times = (part: Interactions) =>
        Array.from(part.times!.subarray(part.byUser.starts[user], part.byUser.starts[user + 1]));
      expect(times(heldOut)).toHaveLength(heldOutCount(times(train).length + times(heldOut).length));
      expect(Math.max(...times(train))).toBeLessThanOrEqual(Math.min(...times(heldOut)));
    }
  });

  it('takes equal times in the order of the rows of the file', () => {
    const tied = interactionsOf({ users: 1, items: 3, user: [0, 0, 0], item: [0, 1, 2], time: [5, 5, 5] });
    const last = (order: number[]) => [...splitInteractions(tied, { seed: 1, order }).heldOut.byUser.indexes];
    expect([last([0, 1, 2]), last([2, 1, 0]), last([0, 2, 1])]).toEqual([[2], [0], [1]]);
  });

  it('draws by the seed where there are no times', () => {
    const drawn = (seed: number) => pairsOf(splitInteractions(untimed, { seed }).heldOut);
    expect(splitInteractions(untimed, { seed: 1 }).kind).toBe('drawn of each user');
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it('cuts at one moment only where half of the users after it have history', () => {
    const known = splitInteractions(sample, { seed: 1, oneMoment: true });
    expect(known.kind).toBe('after one moment');
    expect(Math.max(...known.train.times!)).toBeLessThanOrEqual(Math.min(...known.heldOut.times!));
    const strangers = interactionsOf({
      users: 10,
      items: 2,
      user: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((user) => [user, user]),
      item: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
      time: Array.from({ length: 20 }, (_, at) => Math.floor(at / 2)),
    });
    const refused = splitInteractions(strangers, { seed: 1, oneMoment: true });
    expect(refused.kind).toBe('latest of each user');
    expect(refused.description).toContain('only 0 of the 2 users');
  });

  it('holds nothing out of who has one interaction, and leaves everybody something', () => {
    expect([0, 1, 2, 3, 5, 10, 23].map(heldOutCount)).toEqual([0, 0, 1, 1, 1, 2, 5]);
    const one = interactionsOf({ users: 3, items: 1, user: [1], item: [0] });
    const { train, heldOut } = splitInteractions(one, { seed: 1 });
    expect([entryCount(train.byUser), entryCount(heldOut.byUser)]).toEqual([1, 0]);
    expect(usersToRank(heldOut, 1)).toHaveLength(0);
  });
});

describe('figures of a list', () => {
  it('are those of the definitions', () => {
    const found = figuresOf(Uint32Array.of(7, 3, 9), Uint32Array.of(3, 9, 11));
    const gain = (place: number) => 1 / Math.log2(place + 1);
    expect(found.ndcg).toBeCloseTo((gain(2) + gain(3)) / (gain(1) + gain(2) + gain(3)), 12);
    expect(found.precision).toBeCloseTo(0.2, 12);
    expect(found.recall).toBeCloseTo(2 / 3, 12);
    expect(found.map).toBeCloseTo((1 / 2 + 2 / 3) / 3, 12);
    expect(found.hitRate).toBe(1);
  });

  it('are all 1 for the best list, all 0 for one without a hit', () => {
    const ten = Uint32Array.from({ length: 10 }, (_, at) => at);
    expect(Object.values(figuresOf(ten, ten))).toEqual([1, 1, 1, 1, 1]);
    expect(Object.values(figuresOf(ten, Uint32Array.of(10)))).toEqual([0, 0, 0, 0, 0]);
  });

  it('rank all items but those of the history: as by sorting everything', () => {
    const { train, heldOut } = splitInteractions(sample, { seed: 1 });
    const scores = Float32Array.from({ length: sample.items }, (_, item) => (item * 37) % 80);
    const scorer = createScorer({ kind: 'popularity', parameters: { kind: 'popularity', halfLifeDays: null }, scores });
    const users = usersToRank(heldOut, 1);
    const { figures, lists } = rankHeldOut(scorer, { train, heldOut, users });
    users.forEach((user, at) => {
      const seen = new Set(rowOf(train.byUser, user).indexes);
      const all = [...scores.keys()].filter((item) => !seen.has(item)).sort((a, b) => scores[b]! - scores[a]!);
      expect([...lists[at]!]).toEqual(all.slice(0, 10));
      const held = new Set(rowOf(heldOut.byUser, user).indexes);
      expect(figures.recall[at]).toBeCloseTo(all.slice(0, 10).filter((item) => held.has(item)).length / held.size, 12);
    });
  });

  it('tell coverage, novelty, diversity, popularity and cold items', () => {
    // Two users chose item 0, one item 1; nobody items 2 and 3.
    const train = interactionsOf({ users: 2, items: 4, user: [0, 1, 1], item: [0, 0, 1] });
    const lists = [Uint32Array.of(1, 2), Uint32Array.of(2)];
    const none = new Float64Array(2);
    const figures = { ndcg: none, precision: none, recall: none, map: none, hitRate: none };
    const found = listFigures({ users: Uint32Array.of(0, 1), figures, lists }, train);
    expect(found.coverage).toBe(0.5);
    expect(found.novelty).toBeCloseTo((1 + 2 + 2) / 3, 12);
    expect(found.diversity).toBe(1);
    expect(found.popularityBias).toBeCloseTo(1 / 3 / (5 / 3), 12);
    expect(found.coldShare).toBeCloseTo(2 / 3, 12);
    expect(found.coldRecall).toBeNull();
    // Of the cold choices that were held out one is found, the other is on no list; item 1 is not cold.
    const heldOut = interactionsOf({ users: 2, items: 4, user: [0, 0, 1], item: [1, 2, 3] });
    const ranking = { users: Uint32Array.of(0, 1), figures, lists };
    expect(listFigures(ranking, train, heldOut).coldRecall).toBe(0.5);
    const known = interactionsOf({ users: 2, items: 4, user: [0], item: [1] });
    expect(listFigures(ranking, train, known).coldRecall).toBeNull();
  });
});

describe('the bootstrap', () => {
  const random = mulberry32(3);
  const draw = (count: number) => Float64Array.from({ length: count }, () => random());

  it('holds the true mean in about 95 of 100 intervals, and gives the same for the same seed', () => {
    const inside = Array.from({ length: 200 }, (_, seed) => meanInterval(draw(60), seed)).filter(
      ({ low, high }) => low <= 0.5 && 0.5 <= high,
    );
    expect(inside.length).toBeGreaterThan(178);
    expect(inside.length).toBeLessThan(199);
    expect(meanInterval(Float64Array.of(1, 2, 5), 7)).toEqual(meanInterval(Float64Array.of(1, 2, 5), 7));
  });

  it('sees a difference in pairs that is lost between two intervals', () => {
    const a = draw(50);
    const b = a.map((value) => value - 0.01);
    expect(pairedInterval(a, b, 1).low).toBeCloseTo(0.01, 9);
    expect(meanInterval(a, 1).low).toBeLessThan(meanInterval(b, 1).high);
  });

  it('knows nothing of no values', () => expect(meanInterval(new Float64Array(0), 1).low).toBeNaN());
});
