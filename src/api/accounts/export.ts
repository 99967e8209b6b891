import { setImmediate } from 'node:timers/promises';
import type { Account } from '../../model/accounts';
import type { Id } from '../../model/ids';
import { userForMacromind } from '../dialects/macromind/profile';
import { userForSmartbite } from '../dialects/smartbite/profile';

/** Everything a feature keeps of its owner, as plain rows for the owner's own reading: no hashes, no secrets. */
export type Exporter = (ownerId: Id) => Promise<unknown> | AsyncIterable<unknown>;
/** By the name under which it stands in the export. */
export type Exporters = Readonly<Record<string, Exporter>>;

/** A row may hold twenty earlier versions of thirty items: some 300 kB, and several times that as objects. */
const pageRows = 25;
/** Written in one go; other requests get their turn between two of these. */
const batchChars = 65_536;

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

/** Undefined of what JSON leaves out. */
const jsonOf = (value: unknown): string | undefined => JSON.stringify(value);

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** SmartBite's words for the account itself; what its door shows beside stands in the export by itself. */
const inSmartbitesWords = (account: Account) => {
  const { avatar: _avatar, favoriteMeals: _liked, profile, ...user } = userForSmartbite(account);
  const { medicalNotes: _notes, ...words } = profile;
  return { ...user, profile: words };
};

/** `"name":value` of each part, where the value is long in pieces; a feature that keeps nothing has no part. */
async function* partsOf(account: Account, exporters: Exporters, now: Date): AsyncGenerator<string> {
  const { id, email, name, username, phone, avatarId, role, profile, createdAt, updatedAt } = account;
  const head = {
    exported_at: now.toISOString(),
    account: { id, email, name, username, phone, avatarId, role, profile, createdAt, updatedAt },
    views: { macromind: userForMacromind(account), smartbite: inSmartbitesWords(account) },
  };
  yield JSON.stringify(head).slice(0, -1);
  // One feature after the other, so that an export is one reader for the database.
  for (const [part, exporter] of Object.entries(exporters)) {
    const exported = exporter(account.id);
    if (!isIterable(exported)) {
      const text = jsonOf(await exported);
      if (text !== undefined) yield `,${JSON.stringify(part)}:${text}`;
      continue;
    }
    let before = `,${JSON.stringify(part)}:[`;
    for await (const row of exported) {
      yield before + (jsonOf(row) ?? 'null');
      before = ',';
    }
    yield before === ',' ? ']' : `${before}]`;
  }
}

/** Everything that is kept of an account as JSON, but for the brace at its end: whoever writes it says that the export is whole. */
export async function* exportText(account: Account, exporters: Exporters, now: Date): AsyncGenerator<string> {
  let batch = '';
  for await (const piece of partsOf(account, exporters, now)) {
    batch += piece;
    if (batch.length < batchChars) continue;
    yield batch;
    batch = '';
    await setImmediate();
  }
  yield batch;
}
