import { readMeal } from '../../../src/ml/reading';
import { partsOf, tableAlone } from '../knownFoods';

/** Amounts of nothing, what is denied, and what lies past the last item that is read. */
const read = (text: string) => readMeal(text, tableAlone.index);

it.each(['0 g rice', '0 g of rice', '0 ml milk', '0 eggs', '0 slices of bread', 'no rice'])(
  'of "%s" nothing was eaten',
  (text) => expect(read(text)).toMatchObject({ items: [], unrecognized: [] }),
);

it('an amount of nothing takes no other food along', () =>
  expect(read('an egg, 0 g rice and an apple').items.map(({ label }) => label)).toEqual(['Egg', 'Apple']));

it.each([
  ['toast, no juice', [['no juice', 'juice', 'juice']]],
  [
    'an apple, no toast and no orange juice',
    [
      ['no toast', 'toast', 'bread toasted'],
      ['no orange juice', 'orange juice', 'orange juice'],
    ],
  ],
  ['zwei Eier ohne Brot', [['ohne Brot', 'Brot', 'white bread']]],
  ['two eggs', []],
])('what "%s" denies is told, as written and as read', (text, denied) =>
  expect(read(text).denied.map(({ start, end, written, read: as }) => [text.slice(start, end), written, as])).toEqual(
    denied,
  ),
);

it('what is past the last item is told as that', () => {
  const text = Array.from({ length: 33 }, (_, at) => `${at + 1} g of rice`).join(', ');
  expect(partsOf(text).unrecognized).toEqual([{ text: '3 more items of the text', pastLimit: true }]);
});
