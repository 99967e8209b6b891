import { clockOf, countDays, dayOf, daysLater, instantOf, isoIn, startOfDay } from '../../src/ml/zones';

const at = (text: string) => new Date(text);
const wall = (text: string, timeZone: string) => instantOf(Date.parse(`${text}Z`), timeZone).toISOString();
const hoursOf = (day: string, timeZone: string) =>
  (startOfDay(daysLater(day, 1), timeZone).getTime() - startOfDay(day, timeZone).getTime()) / 3_600_000;

test.each([
  ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
  // Skipped: as much later as is skipped.
  ['2026-03-29T02:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
  ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
  // Twice: the first.
  ['2026-10-25T01:59', 'Europe/Berlin', '2026-10-24T23:59:00.000Z'],
  ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ['2026-06-01T12:00', 'Asia/Kolkata', '2026-06-01T06:30:00.000Z'],
  ['2026-01-15T12:00', 'America/St_Johns', '2026-01-15T15:30:00.000Z'],
  ['2026-07-15T12:00', 'America/St_Johns', '2026-07-15T14:30:00.000Z'],
  ['2026-03-08T02:30', 'America/St_Johns', '2026-03-08T06:00:00.000Z'],
  ['2026-06-01T12:00', 'Pacific/Apia', '2026-05-31T23:00:00.000Z'],
  // Apia left out this date.
  ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T22:00:00.000Z'],
  ['2026-06-01T12:00', 'UTC', '2026-06-01T12:00:00.000Z'],
  ['2026-06-01T12:00', 'Nowhere/At_All', '2026-06-01T12:00:00.000Z'],
])('clocks show %s in %s at %s', (text, timeZone, instant) => {
  expect(wall(text, timeZone)).toBe(instant);
});

test.each([
  ['2026-03-28', 'Europe/Berlin', 24],
  ['2026-03-29', 'Europe/Berlin', 23],
  ['2026-10-25', 'Europe/Berlin', 25],
  ['2026-03-08', 'America/St_Johns', 23],
  ['2026-11-01', 'America/St_Johns', 25],
  ['2026-03-29', 'Asia/Kolkata', 24],
  ['2011-12-29', 'Pacific/Apia', 24],
  ['2011-12-30', 'Pacific/Apia', 0],
  ['2011-12-31', 'Pacific/Apia', 24],
  // Its clocks change at midnight.
  ['2026-04-24', 'Africa/Cairo', 23],
  ['2026-10-29', 'Africa/Cairo', 25],
])('%s in %s has %d hours', (day, timeZone, hours) => expect(hoursOf(day, timeZone)).toBe(hours));

test('days lie side by side, and each moment is in the day that its clock says', () => {
  for (const timeZone of ['Europe/Berlin', 'Pacific/Apia', 'Asia/Kolkata', 'America/St_Johns', 'Africa/Cairo'])
    for (let ms = Date.parse('2026-01-01T00:10:00Z'); ms < Date.parse('2027-01-01T00:00:00Z'); ms += 217 * 60_000) {
      const moment = new Date(ms);
      const day = dayOf(moment, timeZone);
      const within = startOfDay(day, timeZone) <= moment && moment < startOfDay(daysLater(day, 1), timeZone);
      if (!within) throw new Error(`${moment.toISOString()} is not within ${day} in ${timeZone}`);
    }
});

test('a moment is written with the offset of its zone, and read back it is the same moment', () => {
  const moment = at('2026-01-15T12:30:00.250Z');
  expect(isoIn(moment, 'UTC')).toBe('2026-01-15T12:30:00.250Z');
  expect(isoIn(moment, 'Europe/Berlin')).toBe('2026-01-15T13:30:00.250+01:00');
  expect(isoIn(moment, 'America/St_Johns')).toBe('2026-01-15T09:00:00.250-03:30');
  expect(isoIn(moment, 'Asia/Kolkata')).toBe('2026-01-15T18:00:00.250+05:30');
  expect(isoIn(moment, 'Europe/London')).toBe('2026-01-15T12:30:00.250+00:00');
  // Amsterdam was 19 minutes and 32 seconds ahead, which no offset can say.
  for (const early of ['1905-01-01T12:00:00Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map(at))
    for (const timeZone of ['Europe/Amsterdam', 'Europe/Berlin', 'Pacific/Apia'])
      expect(new Date(isoIn(early, timeZone))).toEqual(early);
});

test('date and time of day are those of the zone', () => {
  expect(clockOf(at('2026-03-01T23:30:00Z'), 'Europe/Berlin')).toEqual({ day: '2026-03-02', time: '00:30:00' });
  expect(dayOf(at('2026-03-01T03:29:00Z'), 'America/St_Johns')).toBe('2026-02-28');
});

test('dates are counted without clocks', () => {
  expect(daysLater('2026-02-27', 2)).toBe('2026-03-01');
  expect(daysLater('2026-03-01', -1)).toBe('2026-02-28');
  expect(countDays('2026-03-01', '2026-03-31')).toBe(31);
  expect(countDays('2026-03-02', '2026-03-01')).toBe(0);
  expect(startOfDay(daysLater('9999-12-31', 1), 'Europe/Berlin')).toEqual(at('9999-12-31T23:00:00Z'));
  expect(startOfDay('0000-01-01', 'Europe/Berlin').getTime()).toBeLessThan(Date.parse('0001-01-01T00:00:00Z'));
});
