import { z } from 'zod';

/** Texts that are shown to people: none may turn the words around it. */
export const cannotBeShown = 'holds characters that cannot be shown';

/**
 * One line, composed (NFC), with single blanks, also in place of tabs and line ends. Joiners and marks stay, as emoji and whole languages are
 * written with them.
 */
export const plain = (most: number) =>
  z
    .string()
    .overwrite((text) => text.normalize('NFC').replace(/\s+/g, ' ').trim())
    .min(1, 'is empty')
    .max(most, `is longer than ${most} characters`)
    .regex(/^(?:[^\p{Cc}\uFFFD\u202A-\u202E\u2066-\u2069]|[\t\n\v\f\r])*$/u, cannotBeShown);

/** The same with lines; null where there are none. */
export const prose = (most: number) =>
  z
    .string()
    .overwrite((text) => text.normalize('NFC').replace(/\r\n?/g, '\n').trim())
    .max(most, `is longer than ${most} characters`)
    .regex(/^(?:[^\p{Cc}\uFFFD\u202A-\u202E\u2066-\u2069]|[\n\t])*$/u, cannotBeShown)
    .transform((text) => (text === '' ? null : text));
