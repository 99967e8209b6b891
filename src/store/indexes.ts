import type { Connection } from 'mongoose';

/** Declared indexes against those that stand. Embedded start-up and `npm run migrate` build them; elsewhere a start only checks. */
export async function buildIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) await model.createIndexes();
}

/** `collection: {keys}` of every declared index that is missing. */
export async function missingIndexes(connection: Connection): Promise<string[]> {
  const missing: string[] = [];
  for (const model of Object.values(connection.models)) {
    const { toCreate } = await model.diffIndexes();
    missing.push(...toCreate.map((index) => `${model.collection.name}: ${JSON.stringify(index)}`));
  }
  return missing;
}
