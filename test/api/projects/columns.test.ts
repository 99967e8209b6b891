import { interactionColumns, itemColumns } from '../../../src/api/projects/columns';
import { HttpProblem } from '../../../src/api/errors';

describe('columns of a form', () => {
  it.each([undefined, '', 'null', 'undefined', ' null '])('are guessed where it says %j', (text) => {
    expect(itemColumns(text)).toBeNull();
    expect(interactionColumns(text)).toBeNull();
  });

  it('that nobody chose are none where there need not be one, else guessed', () => {
    expect(interactionColumns('{"user_id":"","item_id":"i","rating":""}')).toEqual({ item_id: 'i', rating: null });
    expect(itemColumns('{"item_id":"","item_title":"","feature_cols":[""]}')).toEqual({ item_title: null });
  });

  it('that are features come as a list or as one name', () => {
    expect(itemColumns('{"feature_cols":["a","","b"]}')).toEqual({ feature_cols: ['a', 'b'] });
    expect(itemColumns('{"feature_col":["a"]}')).toEqual({ feature_cols: ['a'] });
    expect(itemColumns('{"feature_cols":"a"}')).toEqual({ feature_cols: ['a'] });
    expect(itemColumns('{"feature_col":""}')).toEqual({});
  });

  it('named like properties of objects are names like others', () => {
    expect(itemColumns('{"item_id":"__proto__","item_title":"constructor"}')).toEqual({
      item_id: '__proto__',
      item_title: 'constructor',
    });
  });

  it.each([
    ['{', 'content_schema_json'],
    ['[]', 'content_schema_json'],
    ['7', 'content_schema_json'],
    ['{"item_id":7}', 'item_id'],
    ['{"feature_cols":[["a"]]}', 'feature_cols'],
  ])('are refused as %s, with a sentence', (text, named) => {
    const read = () => itemColumns(text);
    expect(read).toThrow(HttpProblem);
    expect(read).toThrow(named);
  });
});
