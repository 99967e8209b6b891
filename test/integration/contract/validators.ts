import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import type { OpenApiDocument } from '../../../src/api/openapi';
import type { JsonSchema } from '../../../src/api/openapiSchemas';

/** Validators of the schemas in the document, by where they stand. */
export function createValidators(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema(document, 'api');
  /** By the text of its schema: most are one of few, and compiling one takes longer than any check. */
  const compiled = new Map<string, ValidateFunction>();
  const pointer = (path: readonly (string | number)[]) =>
    path.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  return {
    at(schema: JsonSchema, ...path: (string | number)[]): ValidateFunction {
      const text = JSON.stringify(schema);
      const validate = compiled.get(text) ?? ajv.compile({ $ref: `api#/${pointer(path)}` });
      compiled.set(text, validate);
      return validate;
    },
    faultsOf: ({ errors }: ValidateFunction): string => ajv.errorsText(errors),
  };
}
export type Validators = ReturnType<typeof createValidators>;
