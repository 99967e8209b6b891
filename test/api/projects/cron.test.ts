import { cronPattern, CronRefused, longestGapS, nextTime, parseCron } from '../../../src/api/projects/cron';

describe('a cron expression', () => {
  it.each([
    ['0 3 * * *', { hours: [3], minute: 0, weekdays: [0, 1, 2, 3, 4, 5, 6] }],
    ['15 */6 * * *', { hours: [0, 6, 12, 18], minute: 15 }],
    ['5 8-10,20 1 jan,JUL *', { hours: [8, 9, 10, 20], days: [1], months: [1, 7] }],
    ['0 20/2 * * mon-fri', { hours: [20, 22], weekdays: [1, 2, 3, 4, 5] }],
    ['0 0 * * 5-7', { weekdays: [5, 6, 0] }],
    ['0 0 * * */2', { weekdays: [0, 2, 4, 6] }],
  ])('%s is read, and is one by the document', (text, wanted) => {
    expect(parseCron(text)).toMatchObject(wanted);
    expect(text).toMatch(new RegExp(cronPattern));
  });

  it.each(['', 'ø', '60 * * * *', '0 24 * * *', '0,30 * * * *', '* * * * *', '0 3 L * *'])(
    '%j is none by the document',
    (text) => expect(text).not.toMatch(new RegExp(cronPattern)),
  );

  it.each([
    '', '0 3 * * * *', '60 * * * *', '0 24 * * *', '0 3 0 * *', '0 3 * 13 *', '0 3 * * 8', '0 3 L * *', '0 3 15W * *', '0 3 * * 1#2', '0 3 ? * *', '0 5-3 * * *',
    '0 1-2-3 * * *', '0 */0 * * *', '0 , * * *', '0,30 * * * *', '*/59 * * * *', '0 0 31 2,4,6 *', '0 0 1 * 1', '-1 * * * *', '0 3 * foo *', '0 0x3 * * *',
  ])('%j is refused', (text) => expect(() => parseCron(text)).toThrow(CronRefused)); // prettier-ignore
});

describe('the longest gap', () => {
  it.each([
    ['0 * * * *', 1],
    ['0 3 * * *', 24],
    ['0 3,5 * * *', 22],
    ['0 3 * * 1', 7 * 24],
    ['0 3 1 * *', 31 * 24],
    ['0 3 29 2 *', 1461 * 24],
  ])('of %s is %d hours, and one more for the clocks', (text, hours) =>
    expect(longestGapS(parseCron(text))).toBe((hours + 1) * 3600),
  );
});

describe('the next time', () => {
  const next = (text: string, zone: string, after: string) =>
    nextTime(parseCron(text), zone, new Date(after))?.toISOString();

  it('is after the given one, on the clock of the zone', () => {
    expect(next('0 3 * * *', 'UTC', '2026-12-01T03:00:00Z')).toBe('2026-12-02T03:00:00.000Z');
    expect(next('0 3 * * *', 'UTC', '2026-12-01T02:59:59Z')).toBe('2026-12-01T03:00:00.000Z');
    expect(next('0 3 * * *', 'Asia/Kolkata', '2026-12-01T00:00:00Z')).toBe('2026-12-01T21:30:00.000Z');
    expect(next('0 3 * * 0', 'UTC', '2026-12-01T00:00:00Z')).toBe('2026-12-06T03:00:00.000Z');
    expect(next('0 3 29 2 *', 'UTC', '2026-12-01T00:00:00Z')).toBe('2028-02-29T03:00:00.000Z');
  });

  it('is not at an hour that the clocks leave out', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00:00Z')).toBe('2027-03-29T00:30:00.000Z');
  });
});
