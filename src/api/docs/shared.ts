import { createHash } from 'node:crypto';
import type { SharedAnswer } from '../route';

/** An answer that is the same for everybody until the process ends: a page, the document, a style sheet. */
export function shared(
  text: string,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): SharedAnswer {
  const body = Buffer.from(text);
  return {
    body,
    contentType: `${contentType}; charset=utf-8`,
    etag: createHash('sha256').update(body).digest('base64url').slice(0, 22),
    headers: { 'cache-control': 'no-cache', ...headers },
  };
}
