import { z } from 'zod';

/**
 * Rules between the fields of an object. Each is checked and stated as JSON Schema by one call, so that the OpenAPI document cannot say
 * less than validation does. A field that holds `undefined` is not there.
 */
type Fields<S extends z.ZodObject> = keyof z.output<S> & string;
type Keywords = Readonly<Record<string, unknown>>;

/** Adds keywords to those the schema states already: a second `not` would take the place of the first. */
export const alsoStates = <S extends z.ZodType>(schema: S, ...keywords: readonly Keywords[]): S => {
  const { allOf, ...known } = schema.meta() ?? {};
  const before: readonly unknown[] = Array.isArray(allOf) ? allOf : [];
  return schema.meta({ ...known, allOf: [...before, ...keywords] });
};

const sent = (value: object, name: string): boolean => (value as Keywords)[name] !== undefined;
const requiring = (name: string): Keywords => ({ required: [name] });

/** At most one of the two. */
export const notBoth = <S extends z.ZodObject>(schema: S, names: readonly [Fields<S>, Fields<S>], message: string): S =>
  alsoStates(
    schema.refine((value) => !names.every((name) => sent(value, name)), message),
    { not: { required: names } },
  );

/** One of them, and no other of them. */
export const exactlyOne = <S extends z.ZodObject>(schema: S, names: readonly Fields<S>[], message: string): S =>
  alsoStates(
    schema.refine((value) => names.filter((name) => sent(value, name)).length === 1, message),
    { oneOf: names.map(requiring) },
  );

/** `names` only where `beside` is. */
export const onlyBeside = <S extends z.ZodObject>(
  schema: S,
  names: readonly Fields<S>[],
  beside: Fields<S>,
  message: string,
): S =>
  alsoStates(
    schema.refine((value) => sent(value, beside) || !names.some((name) => sent(value, name)), message),
    { dependentRequired: Object.fromEntries(names.map((name) => [name, [beside]])) },
  );

/** At least one field, of whatever name. */
export const notEmpty = <S extends z.ZodObject>(schema: S, message: string): S =>
  alsoStates(
    schema.refine((value) => Object.values(value).some((field) => field !== undefined), message),
    { minProperties: 1 },
  );

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
/** A text with something in it, as `isText` finds it after blanks at the ends were taken off. */
const someText: Keywords = { type: 'string', pattern: String.raw`\S` };

/** At least one of them is a text with something in it: `null` and an empty text are none. The fault is told of the first. */
export const someTextOf = <S extends z.ZodObject>(
  schema: S,
  names: readonly [Fields<S>, ...Fields<S>[]],
  message: string,
): S =>
  alsoStates(
    schema.refine((value) => names.some((name) => isText((value as Keywords)[name])), { path: [names[0]], message }),
    { anyOf: names.map((name) => ({ ...requiring(name), properties: { [name]: someText } })) },
  );

/** At least one of them is a number: `null` is none. */
export const someNumberOf = <S extends z.ZodObject>(schema: S, names: readonly Fields<S>[], message: string): S =>
  alsoStates(
    schema.refine((value) => names.some((name) => typeof (value as Keywords)[name] === 'number'), message),
    { anyOf: names.map((name) => ({ ...requiring(name), properties: { [name]: { type: 'number' } } })) },
  );

const emptyIsNothing = new WeakSet<z.core.$ZodType>();
const takingEmpty = <S extends z.ZodType>(schema: S): S => {
  emptyIsNothing.add(schema);
  return schema;
};
/** Whether an empty text stands for nothing. Such a schema is the last of its chain, as clones of it are not known. */
export const takesEmpty = (schema: z.core.$ZodType): boolean => emptyIsNothing.has(schema);

/** An empty text, as forms send it for what was not filled in, stands for `null`. */
export const orEmpty = <S extends z.ZodType>(schema: S) =>
  takingEmpty(z.preprocess((value) => (value === '' ? null : value), schema.nullish()));

/** A text of blanks is as good as none. */
export const orBlank = <S extends z.ZodType>(schema: S) =>
  takingEmpty(
    z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), schema.optional()),
  );

/** A text that is one of `words`, or spelled so that code knows it for one: the document names the words. */
export const oneOfWords = (text: z.ZodString, words: readonly string[]): z.ZodString =>
  text.meta({ ...text.meta(), enum: words });
