import { dateInWeek } from '../../src/ml/weeks';

it.each([
  ['2026-03-02', ['02', '03', '04', '05', '06', '07', '08']],
  ['2026-03-04', ['09', '10', '04', '05', '06', '07', '08']],
  ['2026-03-08', ['09', '10', '11', '12', '13', '14', '08']],
])('the week that begins on %s holds each weekday once', (start, days) => {
  expect(days.map((_day, weekday) => dateInWeek(start, weekday))).toEqual(days.map((day) => `2026-03-${day}`));
});

it('weeks go over the end of a month and a year', () => {
  expect(dateInWeek('2026-12-31', 0)).toBe('2027-01-04');
  expect(dateInWeek('2028-02-28', 1)).toBe('2028-02-29');
});
