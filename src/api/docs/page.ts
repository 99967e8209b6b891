import type { OpenApiDocument, Operation, Parameter } from '../openapi';
import type { JsonSchema } from '../openapiSchemas';
import { html, prose, type Html } from './html';

/** `/docs`: the OpenAPI document as one page, made on the server. It works offline, without script, and prints. */

interface Row {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const schemaOf = (value: unknown): JsonSchema | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined;

/** A schema in a few words: `string (uuid)`, `array of Photo`, `Photo or null`. */
function typeOf(schema: JsonSchema | undefined): Html {
  if (!schema) return html`any`;
  const reference = text(schema.$ref)?.split('/').pop();
  if (reference !== undefined) return html`<a href="#schema-${reference}">${reference}</a>`;
  const choices = [...list(schema.anyOf), ...list(schema.oneOf)];
  if (choices.length > 0)
    return join(
      choices.map((choice) => typeOf(schemaOf(choice))),
      ' or ',
    );
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  const values = list(schema.enum);
  if (values.length > 0)
    return join(
      values.map((value) => html`<code>${JSON.stringify(value)}</code>`),
      ' or ',
    );
  if (schema.type === 'array') return html`array of ${typeOf(schemaOf(schema.items))}`;
  const name = text(schema.type) ?? 'any';
  const format = text(schema.format);
  return html`${name}${format === undefined ? '' : ` (${format})`}`;
}

const join = (parts: readonly Html[], between: string): Html => ({
  html: parts.map((part) => part.html).join(between),
});

function fields(schema: JsonSchema, depth = 0): Html {
  const item = schema.type === 'array' ? schemaOf(schema.items) : undefined;
  const properties = schemaOf(schema.properties) ?? schemaOf(item?.properties);
  if (!properties || depth > 3) return html`<p>${typeOf(schema)}</p>`;
  const required = list(schema.required ?? item?.required);
  const rows = Object.entries(properties).map(([name, value]) => {
    const property = schemaOf(value) ?? {};
    const inner = schemaOf(property.properties) ?? schemaOf(schemaOf(property.items)?.properties);
    return html`<tr>
      <td><code>${name}</code>${required.includes(name) ? html`` : html` <small>optional</small>`}</td>
      <td>
        ${typeOf(property)} ${prose(text(property.description) ?? '')} ${inner ? fields(property, depth + 1) : html``}
      </td>
    </tr>`;
  });
  return html`<table>
    ${rows}
  </table>`;
}

const parameterTable = (parameters: readonly Parameter[]): Html =>
  parameters.length === 0
    ? html``
    : html`<h4>Parameters</h4>
        <table>
          ${parameters.map(
            ({ name, in: place, required, description, schema }) =>
              html`<tr>
                <td><code>${name}</code> <small>${place}${required ? '' : ', optional'}</small></td>
                <td>${typeOf(schema)} ${prose(description ?? '')}</td>
              </tr>`,
          )}
        </table>`;

const whoOf = (operation: Operation): string => {
  const names = operation.security.flatMap((way) => Object.keys(way));
  if (operation.security.length === 0) return 'open to everyone';
  const known: Readonly<Record<string, string>> = {
    bearer: 'Authorization: Bearer',
    ticket: '?ticket=',
    apiKey: 'x-api-key',
    internalKey: 'x-internal-key',
  };
  const ways = names.map((name) => known[name] ?? name).join(' or ');
  return operation.security.some((way) => Object.keys(way).length === 0) ? `optional: ${ways}` : ways;
};

/** A command that works once the words in capitals are filled in. */
function curlOf({ method, path, operation }: Row): string {
  const [contentType] = Object.keys(operation.requestBody?.content ?? {});
  const needs = (name: string) => operation.security.some((way) => name in way);
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"$PALATE${path.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}"`,
    ...(needs('bearer') ? [`-H "Authorization: Bearer $TOKEN"`] : []),
    ...(needs('apiKey') ? [`-H "x-api-key: $API_KEY"`] : []),
    ...(needs('internalKey') ? [`-H "x-internal-key: $INTERNAL_KEY"`] : []),
    ...(contentType === 'application/json' ? [`-H "Content-Type: application/json" -d @body.json`] : []),
    ...(contentType === 'multipart/form-data' ? ['-F FIELD=@FILE'] : []),
  ].join(' ');
}

function operationBlock(row: Row): Html {
  const { method, path, operation } = row;
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  const responses = Object.entries(operation.responses).map(([status, { description, content }]) => {
    const [type, media] = Object.entries(content ?? {})[0] ?? [];
    return html`<tr>
      <td><code>${status}</code></td>
      <td>
        ${prose(description)}${type === undefined ? '' : ` · ${type}`} ${media?.schema ? typeOf(media.schema) : html``}
      </td>
    </tr>`;
  });
  return html`<details id="${operation.operationId}">
    <summary>
      <b class="${method}">${method.toUpperCase()}</b> <code>${path}</code> <span>${operation.summary}</span>
    </summary>
    <div>
      <p>${prose(operation.description ?? '')}</p>
      <p><small>Access: ${whoOf(operation)}</small></p>
      <pre>${curlOf(row)}</pre>
      ${parameterTable(operation.parameters)}
      ${bodies.map(
        ([type, { schema }]) =>
          html`<h4>Body · ${type}</h4>
            ${schema && !('$ref' in schema) ? fields(schema) : typeOf(schema)}`,
      )}
      <h4>Responses</h4>
      <table>
        ${responses}
      </table>
    </div>
  </details>`;
}

export function renderDocs(document: OpenApiDocument): string {
  const rows: Row[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = document.tags.map(({ name }) => ({
    name,
    rows: rows.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const schemas = Object.entries(document.components.schemas);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title} API</title>
        <link rel="stylesheet" href="/docs/style.css" />
      </head>
      <body>
        <main>
          <h1>${document.info.title} <small>${document.info.version}</small></h1>
          <p>${prose(document.info.description)}</p>
          <p>
            The same for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). In the commands below,
            <code>PALATE</code> is the address of this server.
          </p>
          <nav>${tags.map(({ name }) => html`<a href="#tag-${name}">${name}</a> `)}<a href="#schemas">Schemas</a></nav>
          ${tags.map(
            (tag) =>
              html`<section id="tag-${tag.name}">
                <h2>${tag.name}</h2>
                ${tag.rows.map(operationBlock)}
              </section>`,
          )}
          <section id="schemas">
            <h2>Schemas</h2>
            ${schemas.map(
              ([name, schema]) =>
                html`<details id="schema-${name}">
                  <summary><code>${name}</code> <span>${text(schema.description) ?? ''}</span></summary>
                  <div>${fields(schema)}</div>
                </details>`,
            )}
          </section>
        </main>
      </body>
    </html> `.html;
}
