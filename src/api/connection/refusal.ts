import { randomUUID } from 'node:crypto';
import { problemBody, type HttpProblem } from '../errors';

/** A problem for what is refused before there is an exchange: its headers, and its body as text. `instance`: the path, '' where none is known. */
export function refusalOf(failure: HttpProblem, instance: string): { headers: Record<string, string>; body: string } {
  const requestId = randomUUID();
  const body = JSON.stringify(problemBody(failure, instance, requestId));
  return {
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(body)),
      'X-Request-Id': requestId,
    },
    body,
  };
}
