/**
 * Cells of a table as text (RFC 4180), for people's spreadsheets.
 *
 * V1  Text that a spreadsheet would take for a formula gets an apostrophe before it, so that a caption never computes or fetches
 *     anything (OWASP, "CSV Injection"). Plain numbers are none and stay numbers.
 * V2  What is not known is an empty cell, never 0.
 * V3  Control characters other than tabs and line breaks become spaces: in a terminal they would be commands.
 */
export type Cell = string | number | boolean | null;

/** The full-width ones count as the plain ones where the spreadsheet is set to Japanese. */
const formulaSigns = new Set('=+-@＝＋－＠');
/** Some spreadsheets take `;` or a tab for a separator: a cell may begin after it, as after a quote. */
const cellStarts = new Set(';\t"');
/** Spaces, and marks that are not seen, may stand before the sign. */
const unseen = /^[\s\p{Cf}]$/u;

/** One pass, whatever the text: a regular expression would begin anew at each of a row of separators. */
function beginsFormula(text: string): boolean {
  if (/^[\t\r\n]/.test(text)) return true;
  let atStart = true;
  for (const sign of text) {
    if (atStart && formulaSigns.has(sign)) return true;
    atStart = cellStarts.has(sign) || (atStart && unseen.test(sign));
  }
  return false;
}
const plainNumber = /^[+-]?\d+(?:\.\d+)?$/;

const textOf = (cell: Cell): string => {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = cell.replace(/[^\P{Cc}\t\r\n]/gu, ' ');
  return beginsFormula(text) && !plainNumber.test(text) ? `'${text}` : text;
};
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One line with its end. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map((cell) => quoted(textOf(cell))).join(',')}\r\n`;

/** Without it, spreadsheets on Windows read UTF-8 as the code page of the country. */
export const byteOrderMark = '\uFEFF';
