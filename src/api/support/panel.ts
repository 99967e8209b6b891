import type { z } from 'zod';
import type { Id } from '../../model/ids';

/** What support's page of one account shows of a feature. */
export interface SupportPanel {
  /** Sections of the page, by their key. */
  readonly sections?: Readonly<Record<string, PanelSection>>;
  /** Counts of what is kept, by their key under `kept`: what it says is the account's own. */
  readonly kept?: Readonly<Record<string, (ownerId: Id) => Promise<number>>>;
}

export interface PanelSection {
  readonly schema: z.ZodType;
  readonly read: (ownerId: Id) => Promise<unknown>;
}

/** A section whose rows fit its schema. */
export const section = <Schema extends z.ZodType>(
  schema: Schema,
  read: (ownerId: Id) => Promise<z.input<Schema>>,
): PanelSection => ({ schema, read });

/** The panels of all features as one. Throws where two show the same key. */
export function joinPanels(panels: readonly SupportPanel[]): Required<SupportPanel> {
  const joined = <Value>(parts: readonly Readonly<Record<string, Value>>[]): Readonly<Record<string, Value>> => {
    const all = new Map<string, Value>();
    for (const [key, value] of parts.flatMap((part) => Object.entries(part))) {
      if (all.has(key)) throw new Error(`Two features show ${key} on the page of one account`);
      all.set(key, value);
    }
    return Object.fromEntries(all);
  };
  return {
    sections: joined(panels.map(({ sections = {} }) => sections)),
    kept: joined(panels.map(({ kept = {} }) => kept)),
  };
}

/** Reads everything at once, each by its own key. */
export const readAll = async <Value>(
  readers: Readonly<Record<string, (ownerId: Id) => Promise<Value>>>,
  ownerId: Id,
): Promise<Record<string, Value>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(readers).map(async ([key, read]) => [key, await read(ownerId)] as const)),
  );
