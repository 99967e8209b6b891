import { aboutBytes, answerOf, pixelsOf } from '../../src/activities/photos/pictureHeic';
import { PictureNotOpened } from '../../src/activities/photos/pictureNotOpened';
import { PictureUnreadable } from '../../src/ml/pictures';
import { heicOf, heicProperties, item, items } from '../hostile/heic';

const limits = { leastEdge: 640, heapBytes: 200_000_000 };

/** A file for each beginning that is listed. */
const broken: Record<(typeof aboutBytes)[number], () => Buffer> = {
  'Could not parse HEIF file': () => heicOf({ items: items(item(1, 'zzzz')) }),
  'Could not get image data': () => heicOf({ properties: [heicProperties.extent] }),
  'Decoding image failed': () => heicOf(),
};
test.each(aboutBytes)('%s: refused for good', async (beginning) => {
  const answer = await answerOf(broken[beginning](), limits);
  expect(answer.said?.slice(0, beginning.length)).toBe(beginning);
  expect(() => pixelsOf(answer)).toThrow(PictureUnreadable);
});

const gaveUp = { said: 'Decoding image failed [object Object] No image', full: false, starved: false };
test.each([
  ['the machine had no memory', { ...gaveUp, starved: true }],
  ['libheif says so', { ...gaveUp, said: 'Decoding image failed Memory allocation error: Unspecified' }],
  ['it crashed', { crashed: 'RuntimeError: unreachable', full: false }],
  ['it is not there', { crashed: "Error: Cannot find module 'libheif-js'", full: false }],
  ['it says what nobody has seen yet', { ...gaveUp, said: 'Could not create HEIF context' }],
])('%s: no word on the bytes', (_, answer) => {
  expect(() => pixelsOf(gaveUp)).toThrow(PictureUnreadable);
  expect(() => pixelsOf(answer)).toThrow(PictureNotOpened);
});

test('what was full is refused, also where it crashed then', () => {
  expect(() => pixelsOf({ crashed: 'RangeError', full: true })).toThrow(PictureUnreadable);
});
