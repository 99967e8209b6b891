import { z } from 'zod';

/** What is known of a variable besides its kind of value. */
export interface SettingDoc {
  variable: string;
  /** One or two sentences for whoever runs Palate; Markdown. */
  meaning: string;
  /** Always valid; shown beside a complaint. */
  example: string;
  /** As a person would write it. */
  byDefault?: string;
  /** What happens without a value, where there is no default. */
  unset?: string;
  unit?: 'ms' | 's' | 'minutes' | 'days' | 'MB';
  secret?: true;
}

export const documented = z.registry<SettingDoc>();

export const setting = <S extends z.ZodType>(schema: S, doc: SettingDoc): S => {
  documented.add(schema, doc);
  return schema;
};

/** A variable that may be left out. */
export const orNull = <S extends z.ZodType>(schema: S) => schema.nullable().default(null);
