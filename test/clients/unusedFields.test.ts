import { unusedFields, unusedNote } from '../../src/api/unusedFields';
import { openPalate, type House } from '../integration/palate';

/**
 * What clients send and Palate has no use for: the document says so of each field, and its schemas name it, so that it is not refused.
 * That it is not, the suites of the clients show: they send all of it.
 */
interface Operation {
  description?: string;
  requestBody?: { content: Record<string, { schema: { $ref?: string; properties?: object } }> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: object }> };
}
let house: House;
let document: Document;
beforeAll(async () => {
  house = await openPalate('unused-fields', { PALATE_ROLE: 'api' });
  const { url } = await house.start();
  document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
});
afterAll(() => house.close());

const namesOf = ({ requestBody }: Operation) =>
  Object.values(requestBody?.content ?? {}).flatMap(({ schema: { $ref, properties } }) =>
    Object.keys(properties ?? document.components.schemas[$ref?.split('/').at(-1) ?? '']?.properties ?? {}),
  );

it.each(unusedFields)('$client: $method $path $what', ({ method, path, fields, because }) => {
  const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method];
  expect(operation?.description).toContain(because);
  expect(namesOf(operation!)).toEqual(expect.arrayContaining([...fields]));
  expect(operation!.requestBody === undefined).toBe(fields.length === 0);
});

it('of other addresses it says nothing', () => {
  expect(unusedNote('post', '/api/v1/feedback')).toBeUndefined();
});
