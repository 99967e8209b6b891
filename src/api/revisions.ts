import type { SseEvent } from './route';

/**
 * Events of a row that raises its revision with each change, each with the whole row: one whenever it is newer than what the client has. Ends when the row or
 * the client is gone.
 */
export async function* revisions<Row extends { readonly revision: number }>(
  changes: AsyncIterable<void>,
  read: () => Promise<Row | null>,
  lastEventId: string | null,
  event: string,
  present: (row: Row) => unknown,
): AsyncGenerator<SseEvent> {
  let sent = /^\d{1,9}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0;
  for await (const _ of changes) {
    const row = await read();
    if (!row) return;
    if (row.revision <= sent) continue;
    sent = row.revision;
    yield { id: String(sent), event, data: present(row) };
  }
}
