/**
 * What pages do with the values they read, as strictly as they need them: where a page would crash, or show "undefined", these throw.
 */
export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${what} is no text: ${JSON.stringify(value)}`);
  return value;
}

export function numberOf(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new TypeError(`${what} is no number: ${JSON.stringify(value)}`);
  return value;
}

export function momentOf(value: unknown, what: string): Date {
  const moment = new Date(textOf(value, what));
  if (Number.isNaN(moment.getTime())) throw new TypeError(`${what} is no date: ${JSON.stringify(value)}`);
  return moment;
}

export function listOf<T>(value: unknown, what: string, read: (entry: unknown, what: string) => T): T[] {
  if (!Array.isArray(value)) throw new TypeError(`${what} is no list: ${JSON.stringify(value)}`);
  return value.map((entry, index) => read(entry, `${what}[${index}]`));
}

/** `one || other`, as scripts write it: what is empty, 0 or null gives way to the next. */
export const firstOf = (...values: unknown[]): unknown => values.find(Boolean) ?? values.at(-1);
