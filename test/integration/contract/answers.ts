import type { Operation } from '../../../src/api/openapi';
import type { Validators } from './validators';

/** What the document says of a request; `open` where that is not known. */
export type Verdict = { kind: 'taken' } | { kind: 'refused'; because: string } | { kind: 'open' };

const ofForm: readonly string[] = ['/problems/invalid-request', '/problems/malformed-json'];
/** These read numbers from texts as well, as forms give them; the document names numbers alone. */
const readsTexts: readonly string[] = ['put /api/auth/profile', 'post /api/auth/onboarding'];
/**
 * Rules that no schema can state: what depends on the time, on other parameters, on what is stored, on a sum of digits, or on bytes of
 * UTF-8. The descriptions tell of them.
 */
const unstated =
  /lies in the future|lies before `from`|lies after|needs `from` beside it|are \d+ days; at most|has days beside|e-mail address exists|current password is not right|wrong check digit|half of a surrogate pair|The catalogue has no meal|is longer than 72 bytes/;

/** Holds answers to what the document says of them; gives each fault as a line. */
export function createAnswerCheck(validators: Validators) {
  return async (
    method: string,
    path: string,
    operation: Operation,
    response: Response,
    sent: Verdict,
  ): Promise<string[]> => {
    const status = String(response.status);
    const faults: string[] = response.status >= 500 ? ['is a fault of the server'] : [];
    if (sent.kind === 'refused' && response.status < 400 && !readsTexts.includes(`${method} ${path}`))
      faults.push(`takes what the document refuses: ${sent.because}`);
    const promised = operation.responses[status];
    if (!promised) return [...faults, 'has a status that is not in the document'];
    if (response.headers.get('x-request-id') === null) faults.push('has no x-request-id');
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    if (type === 'text/event-stream') {
      await response.body?.cancel();
      return faults;
    }
    const body = await response.text();
    if (body === '') return promised.content && method !== 'head' ? [...faults, 'has no body'] : faults;
    const content = promised.content ?? {};
    if (!(type in content))
      return [...faults, `is ${type}, promised is ${Object.keys(content).join(' or ') || 'nothing'}`];
    if (!type.endsWith('json')) return faults;
    const value = JSON.parse(body) as Record<string, unknown>;
    const schema = content[type]?.schema;
    if (schema) {
      const validate = validators.at(schema, 'paths', path, method, 'responses', status, 'content', type, 'schema');
      if (!validate(value)) faults.push(`does not fit its schema: ${validators.faultsOf(validate)}`);
    }
    if (response.status >= 400) {
      const { type: kind, detail, error, message, details } = value;
      if (sent.kind === 'taken' && ofForm.includes(String(kind)) && !unstated.test(String(detail)))
        faults.push(`refuses what the document takes: ${String(detail)}`);
      if (typeof detail !== 'string' || ![error, message, details].every((text) => text === detail))
        faults.push('does not say the same in detail, error, message and details');
      if (value.status !== response.status || value.status_code !== response.status)
        faults.push('has another status inside');
      if (value.requestId !== response.headers.get('x-request-id')) faults.push('has another request id inside');
    }
    return faults;
  };
}
