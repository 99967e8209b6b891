/** What a cell says, or the reason why it cannot be taken: text is never made a number by leaving something out. */

/** Plain decimals; also with the decimal comma, where the comma does not separate cells. */
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const decimalComma = /^[+-]?\d+,\d+$/;
const thousands = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const maxNumberChars = 40;

export type NumberCell = { value: number; comma: boolean } | { fault: string };

/** `name` is what is expected, as in "a rating". */
export function numberIn(text: string, commas: boolean): NumberCell {
  if (text.length <= maxNumberChars) {
    if (decimal.test(text)) return finite(Number(text), false);
    if (commas && decimalComma.test(text) && !thousands.test(text)) return finite(Number(text.replace(',', '.')), true);
  }
  return { fault: `${quoted(text)} is no plain number; write it like 3.5` };
}

const finite = (value: number, comma: boolean): NumberCell =>
  Number.isFinite(Math.fround(value)) ? { value, comma } : { fault: 'the number is too large' };

/** Seconds since 1970. */
export type TimeCell = { value: number; zoneless: boolean } | { fault: string; kind: 'unreadable' | 'range' };

const unixTime = /^[+-]?\d{1,19}(?:\.\d{1,9})?$/;
const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?: ?(Z|UTC|[+-]\d{2}(?::?\d{2})?))?$/i;
/** 1971: what is before is 0, a count, or a time of day. */
const earliestS = 31_536_000;

/**
 * Unix time in seconds, milliseconds, microseconds or nanoseconds, told apart by size, or ISO 8601; without a zone it is UTC. Nothing
 * before 1971 or after `latestS`. Another order of day and month than ISO's is not guessed.
 */
export function timeIn(text: string, latestS: number): TimeCell {
  if (unixTime.test(text)) return ranged(unixSeconds(Number(text)), false, text, latestS);
  const iso = isoTime.exec(text);
  if (!iso) return { fault: `${quoted(text)} is no time; write it as seconds since 1970 or like 2026-01-31T12:00:00Z`, kind: 'unreadable' }; // prettier-ignore
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = iso;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  const ms = Date.UTC(y, mo - 1, d, h, mi, s);
  const back = new Date(ms);
  if (back.getUTCMonth() !== mo - 1 || back.getUTCDate() !== d || h > 23 || mi > 59 || s > 59)
    return { fault: `${quoted(text)} is no day or time that exists`, kind: 'unreadable' };
  const value = ms / 1000 + Number(`0.${fraction || '0'}`) - zoneSeconds(zone);
  return ranged(value, zone === undefined, text, latestS);
}

function unixSeconds(number: number): number {
  if (number < 1e11) return number;
  if (number < 1e14) return number / 1e3;
  return number < 1e17 ? number / 1e6 : number / 1e9;
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || /^(?:z|utc)$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}

function ranged(value: number, zoneless: boolean, text: string, latestS: number): TimeCell {
  if (value < earliestS) return { fault: `${quoted(text)} is a time before 1971`, kind: 'range' };
  if (value > latestS) return { fault: `${quoted(text)} is a time in the future`, kind: 'range' };
  return { value, zoneless };
}

/** What stands in a cell, as far as it can be shown in a line. */
export const quoted = (text: string): string =>
  `"${text.slice(0, 40).replace(/\p{Cc}/gu, '�')}${text.length > 40 ? '…' : ''}"`;
