import type { Account } from '../../model/accounts';
import type { Id } from '../../model/ids';
import { userForMacromind } from '../dialects/macromind';
import { userForSmartbite } from '../dialects/smartbite';

/** Everything a feature keeps of its owner, as plain rows for the owner's own reading: no hashes, no secrets. */
export type Exporter = (ownerId: Id) => Promise<unknown> | AsyncIterable<unknown>;
/** By the name under which it stands in the export. */
export type Exporters = Readonly<Record<string, Exporter>>;

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
