import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { problem } from './errors';

/**
 * Paging by cursor: the position is the sort key of the last row, so that rows written meanwhile neither repeat nor hide others.
 *
 * P1  A cursor is opaque and signed, and good only for the list it came from.
 * P2  One row more than the page is read, which tells whether there is a next page without counting.
 */
export const defaultLimit = 20;
export const maxLimit = 100;

/** A whole number of a query, from 1. */
export const upTo = (most: number) =>
  z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(most, `must be at most ${most}`);

/** Query of a list; extend it with the list's own filters: `PageQuery.extend({ … })`. */
export const PageQuery = z.object({
  limit: upTo(maxLimit)
    .default(defaultLimit)
    .meta({ description: `Rows on a page, 1 to ${maxLimit}` }),
  cursor: z.string().max(1024).optional().meta({ description: '`nextCursor` of the page before' }),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** `{ items, nextCursor }` of a schema; `nextCursor` is null on the last page. */
export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Values a row sorts by, the last of them unique. */
export type Position = readonly (string | number)[];

const Stored = z.tuple([z.string(), z.array(z.union([z.string(), z.number()])).readonly()]);

export interface Paging {
  /** The position a cursor stands for, or null at the first page. Throws 400 for a cursor that is not of `list`. */
  read(list: string, cursor: string | undefined): Position | null;
  /** Of a list that sorts by id: that of the last row of the page before, or null at the first page. Throws as `read` does. */
  idBefore(list: string, cursor: string | undefined): string | null;
  /** Of a list that sorts by a time (written in ms) and id: those of the last row of the page before. Throws as `read` does. */
  timeAndIdBefore(list: string, cursor: string | undefined): { at: Date; id: string } | null;
  /** Cuts `limit + 1` rows that were read to a page. */
  page<T>(list: string, rows: readonly T[], limit: number, positionOf: (row: T) => Position): Page<T>;
}
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** `secret`: any key of the server's that all replicas share; cursors of another key are refused. */
export function createPaging(secret: string | Buffer): Paging {
  const sign = (text: string) =>
    createHmac('sha256', secret).update(`cursor:${text}`).digest().subarray(0, 12).toString('base64url');

  const write = (list: string, position: Position) => {
    const text = Buffer.from(JSON.stringify([list, position])).toString('base64url');
    return `${text}.${sign(text)}`;
  };

  const read = (list: string, cursor: string | undefined): Position | null => {
    if (cursor === undefined) return null;
    const [text = '', signature = ''] = cursor.split('.');
    const given = Buffer.from(signature);
    const expected = Buffer.from(sign(text));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw problem('bad-cursor');
    const [from, position] = Stored.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (from !== list) throw problem('bad-cursor');
    return position;
  };

  return {
    read,
    idBefore(list, cursor) {
      const [id] = read(list, cursor) ?? [];
      return id === undefined ? null : String(id);
    },
    timeAndIdBefore(list, cursor) {
      const [at, id] = read(list, cursor) ?? [];
      return at === undefined || id === undefined ? null : { at: new Date(at), id: String(id) };
    },
    page(list, rows, limit, positionOf) {
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { items, nextCursor: more ? write(list, positionOf(last)) : null };
    },
  };
}

/** `Link` header for lists whose contract is a bare array; none on the last page. `path` is that of the request, `query` what it asked besides. */
export const nextLink = (
  path: string,
  page: Page<unknown>,
  limit: number,
  query: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  if (page.nextCursor === null) return {};
  const parameters = new URLSearchParams({ ...query, limit: String(limit), cursor: page.nextCursor });
  return { link: `<${path}?${parameters.toString()}>; rel="next"` };
};
