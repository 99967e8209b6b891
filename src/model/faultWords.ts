import type { z } from 'zod';

/**
 * What is wrong with a field, in words for a person, where its schema has none of its own. They follow the name of the field:
 * `body.grams: must be above 0`.
 */
type Issue = Parameters<z.core.$ZodErrorMap>[0];

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a date',
};
/** More than this many choices are not told. */
const mostChoices = 30;
/** Of a choice or key, as it may be the client's own. */
export const longestName = 60;

export const quoted = (names: readonly unknown[]) =>
  names
    .slice(0, mostChoices)
    .map((name) => `\`${String(name).slice(0, longestName)}\``)
    .join(', ');

const counted = (count: number | bigint, one: string) => `${count} ${one}${Number(count) === 1 ? '' : 's'}`;

/** `bound` of what has a length, in words; null for numbers and dates. */
const ofLength = (origin: string, bound: number | bigint): string | null => {
  if (origin === 'string') return counted(bound, 'character');
  return origin === 'array' || origin === 'set' ? `${bound} items` : null;
};

const formats: Readonly<Record<string, string>> = {
  email: 'is not an e-mail address',
  url: 'is not an address of the web (https://…)',
  datetime: 'is not a date and time; write 2026-03-01T12:30:00Z',
  date: 'is not a date; write 2026-03-01',
};

const fieldsOf = (path: readonly PropertyKey[]) =>
  path.map((part) => (typeof part === 'number' ? `[${part}]` : String(part)));

/** Nobody who sends something means the form that is an empty text. */
const isOfNothing = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_value' && issue.values.every((value) => value === '');

/** A union's forms: the first fault of each, with the field it lies in. A form of another kind is none that was meant. */
const forms = (errors: readonly (readonly z.core.$ZodIssue[])[]): string => {
  const faults = errors.flatMap(([issue]) => (issue === undefined || isOfNothing(issue) ? [] : [issue]));
  const meant = faults.filter(({ code, path }) => code !== 'invalid_type' || path.length > 0);
  const told = meant.length > 0 ? meant : faults;
  const different = [...new Set(told.map(({ path, message }) => [...fieldsOf(path), message].join(' ')))];
  const [only] = different;
  if (different.length === 1 && only !== undefined) return only;
  if (meant.length === 0 && different.length > 0) return different.join(', or ');
  return different.length === 0 ? 'is not valid' : `fits none of its forms: ${different.join(', or ')}`;
};

/** For `safeParse(value, { error: faultWords })`. */
export const faultWords: z.core.$ZodErrorMap = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'too_small': {
      const { origin, minimum, inclusive } = issue;
      const length = ofLength(origin, minimum);
      if (length !== null) return Number(minimum) === 1 ? 'is empty' : `must have at least ${length}`;
      return `must be ${inclusive === false ? 'above' : 'at least'} ${minimum}`;
    }
    case 'too_big': {
      const { origin, maximum, inclusive } = issue;
      const length = ofLength(origin, maximum);
      if (length !== null) return `must have at most ${length}`;
      return `must be ${inclusive === false ? 'below' : 'at most'} ${maximum}`;
    }
    case 'invalid_value':
      return issue.values.length === 1 ? `must be ${quoted(issue.values)}` : `must be one of ${quoted(issue.values)}`;
    case 'invalid_format':
      return formats[issue.format] ?? 'is not in the right form';
    case 'unrecognized_keys':
      return `has what is not known here: ${quoted(issue.keys)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return forms(issue.errors);
    default:
      return 'is not valid';
  }
};
