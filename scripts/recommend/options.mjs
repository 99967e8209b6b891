/** What a person may say after `npm run recommend --`, checked before anything is read or built. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../engines/problem.mjs';

export const USAGE = `npm run recommend -- read --interactions <file.csv> [--items <file.csv>] [--out <file>]
npm run recommend -- train --interactions <file.csv> [--items <file.csv>] [--budget <seconds>] [--seed <number>] [--rating-use <use>]
                           [--champion <report.json>] [--report <report.json>]
npm run recommend -- train --interactions <file.csv> [--items <file.csv>] --replay <report.json> [--report <report.json>]
npm run recommend -- evaluate --interactions <file.csv> [--items <file.csv>] [--model <model> | --champion <report.json>] [--seed <number>]
                           [--rating-use <use>]
npm run recommend -- explain --interactions <file.csv> [--items <file.csv>] (--user <id> | --items-chosen <id>,<id>) [--model <model> |
                           --champion <report.json>] [--rating-use <use>]
train searches for a model within the budget (30 seconds) and says which would be served, and by which figures. Its minimum of interactions
is MIN_TRAINING_SAMPLES (10). --champion takes the parameters that an earlier training served, --report writes a training as such a file, and
--replay makes the trials of one again.
evaluate judges one model, popularity beside it. explain lists ten items for somebody, with the reasons for each.
A use of ratings is presence, weight or threshold=<number>; without one, presence is tried, and weight where ratings differ.
Files are CSV with a header, packed by gzip or not. Which column is which is told by the header, or by
--columns user_id=User,item_id="Track URI",rating=plays,timestamp=   (nothing after = : no such column)
--item-columns item_id=id,item_title=name,category=genre,feature_cols=year|text
--out writes what was read as one file of columns.`;

const text = { type: 'string' };
const of = {
  interactions: text,
  items: text,
  columns: text,
  'item-columns': text,
  out: text,
  budget: text,
  seed: text,
  'rating-use': text,
  champion: text,
  replay: text,
  report: text,
  model: text,
  user: text,
  'items-chosen': { type: 'string', multiple: true },
};
const files = ['interactions', 'items', 'columns', 'item-columns'];
const optionsOf = {
  read: [...files, 'out'],
  train: [...files, 'budget', 'seed', 'rating-use', 'champion', 'replay', 'report'],
  evaluate: [...files, 'seed', 'rating-use', 'model', 'champion'],
  explain: [...files, 'rating-use', 'model', 'champion', 'user', 'items-chosen'],
};
/** Of each two only one may be said. */
const either = [
  ['model', 'champion', 'both name the model'],
  ['user', 'items-chosen', 'both say whom the list is for'],
  ...['budget', 'seed', 'rating-use', 'champion'].map((name) => [name, 'replay', 'the report to replay says it']),
];
const fields = {
  columns: ['user_id', 'item_id', 'rating', 'timestamp'],
  'item-columns': ['item_id', 'item_title', 'category', 'timestamp', 'feature_cols'],
};

/** Throws Problem. Paths are absolute; what was not said is null. */
export function readOptions(args, env) {
  const { positionals, values } = parsed(args);
  const [verb, ...more] = positionals;
  if (verb === undefined || !Object.hasOwn(optionsOf, verb) || more.length > 0) throw new Problem(USAGE);
  for (const name of Object.keys(values)) {
    if (!optionsOf[verb].includes(name)) throw new Problem(`--${name} is no option of ${verb}.\n${USAGE}`);
    if (values[name] === '') throw new Problem(`--${name} is empty.\n${USAGE}`);
  }
  for (const [one, other, why] of either)
    if (values[one] !== undefined && values[other] !== undefined)
      throw new Problem(`Leave out --${one} or --${other}: ${why}.`);
  if (values.interactions === undefined && (verb !== 'read' || values.items === undefined))
    throw new Problem(`Name a file with --interactions${verb === 'read' ? ', with --items, or both' : ''}.\n${USAGE}`);
  if (verb === 'explain' && values.user === undefined && values['items-chosen'] === undefined)
    throw new Problem(`Say whom the list is for, with --user or --items-chosen.\n${USAGE}`);
  const inputs = pathsOf(values, ['interactions', 'items', 'champion', 'replay']);
  const outputs = pathsOf(values, ['out', 'report']);
  for (const [name, file] of Object.entries(outputs))
    if (file !== null && Object.values(inputs).includes(file))
      throw new Problem(`--${name} ${values[name]} is one of the files that are read: name another.`);
  return {
    verb,
    ...inputs,
    ...outputs,
    interactionSchema: schemaOf('columns', values.columns),
    itemSchema: schemaOf('item-columns', values['item-columns']),
    budget: wholeNumber('--budget', values.budget, 30),
    seed: wholeNumber('--seed', values.seed, 42),
    minTrainingSamples: wholeNumber('MIN_TRAINING_SAMPLES', env.MIN_TRAINING_SAMPLES, 10),
    ratingUse: ratingUseOf(values['rating-use']),
    model: values.model ?? null,
    user: values.user ?? null,
    itemsChosen: values['items-chosen'] ?? null,
  };
}

function parsed(args) {
  try {
    return parseArgs({ args, allowPositionals: true, options: of });
  } catch (fault) {
    throw new Problem(`${fault.message}\n${USAGE}`);
  }
}

const pathsOf = (values, names) =>
  Object.fromEntries(names.map((name) => [name, values[name] === undefined ? null : path.resolve(values[name])]));

/** `user_id=User,rating=` as a schema; null where nothing was said. */
function schemaOf(option, said) {
  if (said === undefined) return null;
  const pairs = said.split(',').map((pair) => {
    const at = pair.indexOf('=');
    const field = pair.slice(0, at).trim();
    if (at < 0 || !fields[option].includes(field))
      throw new Problem(`--${option} ${pair}: write a field, = and the name of its column. Fields are ${fields[option].join(', ')}.`); // prettier-ignore
    const name = pair.slice(at + 1).trim();
    return [field, field === 'feature_cols' ? name.split('|').filter((column) => column !== '') : name];
  });
  return Object.fromEntries(pairs);
}

function wholeNumber(name, said, standard) {
  if (said === undefined || said === '') return standard;
  if (!/^\d{1,9}$/.test(said)) throw new Problem(`${name} ${said}: write a whole number from 0 to 999999999.`);
  return Number(said);
}

function ratingUseOf(said) {
  if (said === undefined) return null;
  if (said === 'presence' || said === 'weight') return { kind: said };
  const [, number] = /^threshold=(-?\d{1,15}(?:\.\d{1,15})?)$/.exec(said) ?? [];
  if (number === undefined)
    throw new Problem(`--rating-use ${said}: write presence, weight, or threshold=3.5 with a plain decimal.`);
  return { kind: 'threshold', atLeast: Number(number) };
}
