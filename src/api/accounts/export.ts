import type { Account } from '../../model/accounts';
import type { Id } from '../../model/ids';
import { userForMacromind } from '../dialects/macromind';
import { userForSmartbite } from '../dialects/smartbite';

/** Everything a feature keeps of its owner, as plain rows for the owner's own reading: no hashes, no secrets. */
export type Exporter = (ownerId: Id) => Promise<unknown> | AsyncIterable<unknown>;
/** By the name under which it stands in the export. */
export type Exporters = Readonly<Record<string, Exporter>>;

const pageRows = 200;

/** Rows of an owner, oldest first and page by page, so that no more than a page of them is asked for at once. */
export const exportPages = <Row extends { id: Id }>(
  store: { allOf(ownerId: Id, limit: number, after: Id | null): Promise<Row[]> },
  pageSize = pageRows,
) =>
  async function* (ownerId: Id): AsyncGenerator<Row> {
    let after: Id | null = null;
    for (;;) {
      const page: Row[] = await store.allOf(ownerId, pageSize, after);
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      after = last.id;
    }
  };

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

async function collect(exported: ReturnType<Exporter>): Promise<unknown> {
  if (!isIterable(exported)) return exported;
  const rows: unknown[] = [];
  for await (const row of exported) rows.push(row);
  return rows;
}

/** One feature after the other, so that an export is one reader for the database. */
export async function exportOf(account: Account, exporters: Exporters, now: Date): Promise<Record<string, unknown>> {
  const parts: Record<string, unknown> = {};
  for (const [name, exporter] of Object.entries(exporters)) parts[name] = await collect(exporter(account.id));
  const { id, email, name, username, phone, role, profile, createdAt, updatedAt } = account;
  return {
    exported_at: now.toISOString(),
    account: { id, email, name, username, phone, role, profile, createdAt, updatedAt },
    views: { macromind: userForMacromind(account), smartbite: userForSmartbite(account) },
    ...parts,
  };
}
