import { createIngest, IngestRefused, type Ingested, type IngestOptions } from '../../../../src/ml/recommend/ingest';
import type { InteractionSchema, ItemSchema } from '../../../../src/ml/recommend/ingest';

/** The day after the last time in the files that are read. */
export const nowMs = Date.UTC(2026, 10, 30);

export interface Files {
  interactions?: string | Uint8Array;
  items?: string | Uint8Array;
  schema?: InteractionSchema;
  itemSchema?: ItemSchema;
  chunk?: number;
  limits?: IngestOptions['limits'];
}

export function read({ interactions, items, schema, itemSchema, chunk = 1 << 16, limits = {} }: Files): Ingested {
  const ingest = createIngest({ nowMs, limits });
  const feed = (content: string | Uint8Array, reader: ReturnType<typeof ingest.items>) => {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length; at += chunk) reader.write(bytes.subarray(at, at + chunk));
    reader.end();
  };
  if (items !== undefined) feed(items, ingest.items('items.csv', itemSchema ?? null));
  if (interactions !== undefined) feed(interactions, ingest.interactions('interactions.csv', schema ?? null));
  return ingest.finish();
}

export function refusal(files: Files): IngestRefused {
  try {
    read(files);
  } catch (error) {
    if (error instanceof IngestRefused) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

/** What was kept, as `user item rating time` in the order of the file. */
export function kept({ dataset: { users, items, ratings } }: Ingested): string[] {
  const { starts, indexes, values } = ratings.byUser;
  const lines: [number, string][] = [];
  for (let user = 0; user < users.size; user += 1)
    for (let at = starts[user]!; at < starts[user + 1]!; at += 1) {
      const time = ratings.times ? ` ${ratings.times[at]!}` : '';
      lines.push([ratings.order[at]!, `${users.idAt(user)} ${items.idAt(indexes[at]!)} ${values[at]!}${time}`]);
    }
  return lines.sort(([a], [b]) => a - b).map(([, line]) => line);
}
