import { writeDataset } from '../../../../src/ml/recommend/artefact/dataset';
import { withoutUsers } from '../../../../src/ml/recommend/artefact/withoutUsers';
import { read } from '../ingest/read';

const head = 'user_id,item_id,rating,timestamp\n';
const items = 'item_id,title\na,One\nb,Two\nc,Three\n';
const rows = [
  'u2,a,5,1600001000',
  'u1,b,3,1600002000',
  'ü,c,4,1600003000',
  'u3,a,1,1600004000',
  'u1,a,2,1600005000',
  'u2,b,4,1600006000',
];
const datasetOf = (lines: string[]) => read({ interactions: head + lines.join('\n'), items }).dataset;
const bytesOf = (lines: ReturnType<typeof datasetOf>) => Buffer.concat([...writeDataset(lines)]).toString('base64');

describe('a dataset without some users', () => {
  it.each([[['u1']], [['u2', 'ü']], [['u1', 'u2', 'u3', 'ü']], [['nobody']]])('%j is what it is without their rows', (removed) => {
    const dataset = withoutUsers(datasetOf(rows), (id) => removed.includes(id));
    const kept = rows.filter((row) => !removed.includes(row.split(',')[0]!));
    if (kept.length > 0) {
      const anew = datasetOf(kept);
      // Rows keep their numbers in the file.
      const order = Uint32Array.from(anew.ratings.order, (row) => rows.indexOf(kept[row]!));
      expect(bytesOf(dataset)).toBe(bytesOf({ ...anew, ratings: { ...anew.ratings, order } }));
    }
    expect(dataset.users.size).toBe(new Set(kept.map((row) => row.split(',')[0])).size);
    for (const id of removed) expect(dataset.users.find(id)).toBe(-1);
    expect(dataset.items.size).toBe(3);
  }); // prettier-ignore

  it('is the same object where none of them has rows', () => {
    const dataset = datasetOf(rows);
    expect(withoutUsers(dataset, () => false)).toBe(dataset);
  });

  it('keeps a file without times and ratings as it is', () => {
    const { dataset } = read({ interactions: 'user_id,item_id\nu1,a\nu2,a\nu2,b\n' });
    const { ratings, users } = withoutUsers(dataset, (id) => id === 'u1');
    expect([users.idAt(0), ratings.times, ratings.rated, [...ratings.byUser.indexes]]).toEqual(['u2', null, false, [0, 1]]); // prettier-ignore
    expect([...ratings.byItem.starts]).toEqual([0, 1, 2]);
  });
});
