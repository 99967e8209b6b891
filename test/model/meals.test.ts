import { NewMeal } from '../../src/model/meals';

const faultOf = (meal: object): string | undefined =>
  NewMeal.safeParse({ name: 'Soup', ...meal }).error?.issues[0]?.message;

test.each([
  ['a turn to the left', 'Soup \u202Egnp.exe'],
  ['an isolate', '\u2066Soup\u2069'],
  ['a command to a terminal', '\u001b[31mSoup'],
])('%s is in no text that everyone is shown', (_name, text) => {
  const fault = 'holds characters that cannot be shown';
  expect([faultOf({ name: text }), faultOf({ description: text }), faultOf({ ingredients: [text] })]).toEqual([
    fault,
    fault,
    fault,
  ]);
});

test.each(['Soup 👩‍🍳', '🌶️ Chilli', 'می‌خواهم', '\u200fמרק\u200f (soup)'])('%j is a name', (name) =>
  expect(faultOf({ name })).toBeUndefined(),
);
