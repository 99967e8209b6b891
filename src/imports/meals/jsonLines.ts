import { isObject } from '../../model/json';
import { ImportRefused } from '../faults';
import { fieldOf, type RawRow, type UnreadRow } from './columns';
import { textOf } from './text';

/**
 * A catalogue as JSON lines: one meal a line, in the words of `GET /api/ml/meals`.
 *
 * J1  A line that is no meal is a fault, and those after it are read on.
 * J2  A last line that breaks off refuses the file, and so does a first line that is no object.
 */
const longestLineChars = 256_000;

/** Its keys by the fields that they mean; figures stand in `nutrition` or beside it. */
function valuesOf(said: Record<string, unknown>): RawRow['values'] {
  const values: RawRow['values'] = {};
  const inside = isObject(said.nutrition) ? Object.entries(said.nutrition) : [];
  for (const [key, value] of [...inside, ...Object.entries(said)]) {
    const field = fieldOf(key);
    if (field !== undefined && values[field] === undefined) values[field] = value;
  }
  return values;
}

/** Throws `ImportRefused` where the file is no catalogue. */
export async function* jsonRows(path: string, name: string): AsyncGenerator<RawRow | UnreadRow> {
  const text = textOf(path, name);
  let line = 0;
  let objects = 0;
  const read = (said: string, whole: boolean): RawRow | UnreadRow | null => {
    line += 1;
    if (said.trim() === '') return null;
    let value: unknown;
    try {
      value = JSON.parse(said);
    } catch {
      if (!whole) throw new ImportRefused(`${name} breaks off in line ${line}: export it again, whole.`);
      if (objects === 0 && said.trimStart().startsWith('[')) throw oneList(name);
      value = undefined;
    }
    if (isObject(value)) {
      objects += 1;
      return { line, values: valuesOf(value) };
    }
    if (Array.isArray(value) && objects === 0) throw oneList(name);
    return { line, faults: ['it is no JSON object'] };
  };

  let rest = '';
  for await (const chunk of text.chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const said of lines) {
      const row = read(said, true);
      if (row) yield row;
    }
    if (rest.length > longestLineChars)
      throw new ImportRefused(`${name}, line ${line + 1}: it has no end within ${longestLineChars} characters.`);
  }
  const row = read(rest, false);
  if (row) yield row;
}

const oneList = (name: string) =>
  new ImportRefused(
    `${name} is one JSON list: write one meal a line, without brackets around them and commas between.`,
  );
