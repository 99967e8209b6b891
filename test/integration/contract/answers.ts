import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import type { OpenApiDocument, Operation } from '../../../src/api/openapi';
import type { JsonSchema } from '../../../src/api/openapiSchemas';

/** Holds answers to what the document says of them; gives each fault as a line. */
export function createAnswerCheck(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema(document, 'api');
  /** By the text of its schema: most answers are one of few, and compiling one takes longer than any check. */
  const compiled = new Map<string, ValidateFunction>();
  const pointer = (path: readonly string[]) =>
    path.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const validator = (schema: JsonSchema, ...path: string[]) => {
    const text = JSON.stringify(schema);
    const validate = compiled.get(text) ?? ajv.compile({ $ref: `api#/${pointer(path)}` });
    compiled.set(text, validate);
    return validate;
  };

  return async (method: string, path: string, operation: Operation, response: Response): Promise<string[]> => {
    const status = String(response.status);
    const faults: string[] = response.status >= 500 ? ['is a fault of the server'] : [];
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
      const validate = validator(schema, 'paths', path, method, 'responses', status, 'content', type, 'schema');
      if (!validate(value)) faults.push(`does not fit its schema: ${ajv.errorsText(validate.errors)}`);
    }
    if (response.status >= 400) {
      const { detail, error, message, details } = value;
      if (typeof detail !== 'string' || ![error, message, details].every((text) => text === detail))
        faults.push('does not say the same in detail, error, message and details');
      if (value.status !== response.status || value.status_code !== response.status)
        faults.push('has another status inside');
      if (value.requestId !== response.headers.get('x-request-id')) faults.push('has another request id inside');
    }
    return faults;
  };
}
