type Data = Record<string, unknown>;

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const entriesOf = (list: unknown, key: string, value: string): Data[] =>
  Array.isArray(list) ? list.filter(isObject).filter((one) => one[key] === value) : [];

/**
 * The key of a context that SmartBite's normaliser reads and does not find, where it ends in a KeyError; null: it reads all it wants. Other
 * keys it passes over. `partly`: sections that are left out are not looked for.
 */
export function keyErrorOf(data: unknown, { partly = false } = {}): string | null {
  if (!isObject(data)) return 'data';
  const whole = [
    ['user', 'username'],
    ['constraints', 'maxCookTime'],
  ] as const;
  for (const [section, key] of partly ? [] : whole) {
    const read = data[section];
    if (!isObject(read) || !(key in read)) return isObject(read) ? key : section;
  }
  const lists = ['feedback', 'adherenceHistory'].filter((section) => !partly && !Array.isArray(data[section]));
  if (lists[0] !== undefined) return lists[0];
  const entries = [
    ...entriesOf(data.feedback, 'type', 'liked'),
    ...entriesOf(data.adherenceHistory, 'status', 'skipped'),
  ];
  return entries.every((entry) => 'meal' in entry) ? null : 'meal';
}
