import { readFile } from 'node:fs/promises';
import { sign, verifies } from '../../src/services/signatures';

test('is HMAC-SHA256 of the timestamp followed by the body, as RFC 4231 (test case 2) has it', () => {
  const vector = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  expect(sign('Jefe', 'what do ya want ', 'for nothing?')).toBe(vector);
  expect(sign('Jefe', 'what do ya want for nothing?', '')).toBe(vector);
});

test('of the example in docs/ml-service.md is what the page says, and `openssl dgst -sha256 -hmac` made', async () => {
  const page = await readFile('docs/ml-service.md', 'utf8');
  const [, secret = '', timestamp = '', body = ''] = /secret=(\w+) timestamp=(\d+)\nbody='(.*)'/.exec(page) ?? [];
  const signature = 'b355b0f1bec8332bab06c0863e8d135e61af5a60ec160a244b3ab4dcc8dc1cbd';
  expect(sign(secret, timestamp, body)).toBe(signature);
  expect(page).toContain(signature);
});

test('is over bytes: text and its UTF-8 are the same, other bytes are not', () => {
  const text = '{"comment":"Crème brûlée 🍮"}';
  const signature = sign('key', '1740830400', text);
  expect(sign('key', '1740830400', Buffer.from(text))).toBe(signature);
  expect(sign('key', '1740830400', Buffer.from(text, 'latin1'))).not.toBe(signature);
});

describe('verifies', () => {
  const signature = sign('second', '1740830400', '{"a":1}');

  test('what any of the secrets signed', () => {
    expect(verifies(['second'], '1740830400', '{"a":1}', signature)).toBe(true);
    expect(verifies(['first', 'second'], '1740830400', '{"a":1}', signature)).toBe(true);
  });

  test.each([
    ['another secret', ['first'], '1740830400', '{"a":1}', signature],
    ['no secret', [], '1740830400', '{"a":1}', signature],
    ['another time', ['second'], '1740830401', '{"a":1}', signature],
    ['another body', ['second'], '1740830400', '{"a":2}', signature],
    ['a shortened signature', ['second'], '1740830400', '{"a":1}', signature.slice(0, -1)],
    ['a longer one', ['second'], '1740830400', '{"a":1}', `${signature}0`],
    [
      'upper case, which would make two signatures of one',
      ['second'],
      '1740830400',
      '{"a":1}',
      signature.toUpperCase(),
    ],
    ['one sent twice', ['second'], '1740830400', '{"a":1}', `${signature}, ${signature}`],
    ['a line end after it', ['second'], '1740830400', '{"a":1}', `${signature}\n`],
    ['nothing', ['second'], '1740830400', '{"a":1}', ''],
  ])('not %s', (_, secrets, timestamp, body, given) => {
    expect(verifies(secrets, timestamp, body, given)).toBe(false);
  });
});
