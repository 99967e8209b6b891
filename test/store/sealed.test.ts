import { randomBytes } from 'node:crypto';
import { createSealer, SealBroken } from '../../src/store/sealed';

const [first, second] = [randomBytes(32), randomBytes(32)];

test('opens what it sealed, and never seals alike twice', () => {
  const sealer = createSealer([first]);
  const sealed = sealer.seal('{"token":"🔑"}', 'row:1');
  expect(sealed).not.toContain('token');
  expect(sealer.open(sealed, 'row:1')).toBe('{"token":"🔑"}');
  expect(sealer.seal('{"token":"🔑"}', 'row:1')).not.toBe(sealed);
  expect(sealer.open(sealer.seal('', 'row:1'), 'row:1')).toBe('');
});

test('the first key seals, all open; a key that is gone does not', () => {
  const old = createSealer([first]).seal('x', 'row');
  const rotated = createSealer([second, first]);
  expect(rotated.open(old, 'row')).toBe('x');
  expect(createSealer([second]).open(rotated.seal('y', 'row'), 'row')).toBe('y');
  expect(() => createSealer([second]).open(old, 'row')).toThrow(SealBroken);
});

test('moved to another row, changed or cut it does not open', () => {
  const sealer = createSealer([first]);
  const sealed = sealer.seal('secret', 'row:1');
  expect(() => sealer.open(sealed, 'row:2')).toThrow(SealBroken);
  const [version = '', key = '', nonce = '', body = ''] = sealed.split('.');
  const flipped = Buffer.from(body, 'base64url');
  flipped[0]! ^= 1;
  for (const broken of [
    [version, key, nonce, flipped.toString('base64url')].join('.'),
    [version, key, randomBytes(12).toString('base64url'), body].join('.'),
    [version, key, nonce, body.slice(0, 8)].join('.'),
    [version, key, nonce].join('.'),
    ['v2', key, nonce, body].join('.'),
    '',
  ]) {
    expect(() => sealer.open(broken, 'row:1')).toThrow(SealBroken);
  }
});

test('a key of another length, or none, is refused at the start', () => {
  expect(() => createSealer([])).toThrow(RangeError);
  expect(() => createSealer([randomBytes(16)])).toThrow(RangeError);
});
