import type { SparseRows } from '../interactions';
import { dictionaryOf, type Dictionary } from './dictionary';
import { columnOf, type Column, type Opened, type Section } from './format';
import type { TextColumn } from './textColumn';

/** Collects the columns of an artefact under names; what is null is left out. */
export interface SectionWriter {
  readonly sections: readonly Section[];
  put(name: string, column: Column | null): void;
  putRows(name: string, rows: SparseRows): void;
  putTexts(name: string, texts: TextColumn): void;
  putDictionary(name: string, dictionary: Dictionary): void;
}

export function sectionWriter(): SectionWriter {
  const sections: Section[] = [];
  const put = (name: string, column: Column | null): void => {
    if (column !== null) sections.push({ name, column });
  };
  const putTexts = (name: string, { arena, starts }: TextColumn): void => {
    put(`${name}.arena`, arena);
    put(`${name}.starts`, starts);
  };
  return {
    sections,
    put,
    putTexts,
    putRows(name, { starts, indexes, values }) {
      put(`${name}.starts`, starts);
      put(`${name}.indexes`, indexes);
      put(`${name}.values`, values);
    },
    putDictionary(name, { parts }) {
      putTexts(name, parts);
      put(`${name}.slots`, parts.slots);
    },
  };
}

/** The same columns again, as views of the artefact. Each throws `ArtefactRefused` where there is no such column. */
export interface SectionReader {
  u8(name: string): Uint8Array;
  u32(name: string): Uint32Array;
  f32(name: string): Float32Array;
  /** Null where the column was left out. */
  f64If(name: string): Float64Array | null;
  rows(name: string): SparseRows;
  texts(name: string): TextColumn;
  dictionary(name: string): Dictionary;
}

export function sectionReader(opened: Opened): SectionReader {
  const u8 = (name: string): Uint8Array => columnOf(opened, name, 'u8');
  const u32 = (name: string): Uint32Array => columnOf(opened, name, 'u32');
  const f32 = (name: string): Float32Array => columnOf(opened, name, 'f32');
  const texts = (name: string): TextColumn => ({ arena: u8(`${name}.arena`), starts: u32(`${name}.starts`) });
  return {
    u8,
    u32,
    f32,
    f64If: (name) => (opened.columns.has(name) ? columnOf(opened, name, 'f64') : null),
    rows: (name) => ({ starts: u32(`${name}.starts`), indexes: u32(`${name}.indexes`), values: f32(`${name}.values`) }),
    texts,
    dictionary: (name) => dictionaryOf({ ...texts(name), slots: u32(`${name}.slots`) }),
  };
}
