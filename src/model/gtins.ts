import { z } from 'zod';

/** Numbers under bar codes (GS1): GTIN-8, -12 (UPC-A), -13 (EAN-13) and -14. One product has one, with leading zeros or without. */

/** The last digit: weights 3 and 1 in turn from the right, up to the next ten (GS1 General Specifications, 7.9). */
const checkDigit = (digits: string): number => {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 3 : 1), 0);
  return (10 - (sum % 10)) % 10;
};

/** Comes out with 14 digits. */
export const Gtin = z
  .string()
  .max(50)
  .regex(/^(?:\d{8}|\d{12,14})$/, {
    message: 'is not a GTIN: send the 8, 12, 13 or 14 digits under the bars, nothing between them',
    abort: true,
  })
  .transform((text, context): string => {
    const expected = checkDigit(text.slice(0, -1));
    if (Number(text.at(-1)) !== expected) {
      context.addIssue({
        code: 'custom',
        message: `has the wrong check digit: after ${text.slice(0, -1)} comes ${expected}; a digit was misread or mistyped`,
      });
      return z.NEVER;
    }
    return text.padStart(14, '0');
  })
  .meta({ description: 'GTIN-8, -12, -13 or -14 with its check digit', example: '0016000275287' });
