/**
 * Cells of a table as text (RFC 4180), for people's spreadsheets.
 *
 * V1  Text that a spreadsheet would take for a formula gets an apostrophe before it, so that a caption never computes or fetches
 *     anything (OWASP, "CSV Injection"). Plain numbers are none and stay numbers.
 * V2  What is not known is an empty cell, never 0.
 */
export type Cell = string | number | boolean | null;

// The full-width signs count as the plain ones where the spreadsheet is set to Japanese; a cell may also begin after `;` or a tab, which some
// spreadsheets take for separators; and marks that are not seen may stand before the sign.
const formulaStart = /(?:^|[;\t"])[\s"\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;
const plainNumber = /^[+-]?\d+(\.\d+)?$/;

const textOf = (cell: Cell): string => {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  return formulaStart.test(cell) && !plainNumber.test(cell) ? `'${cell}` : cell;
};
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One line with its end. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map((cell) => quoted(textOf(cell))).join(',')}\r\n`;

/** Without it, spreadsheets on Windows read UTF-8 as the code page of the country. */
export const byteOrderMark = '\uFEFF';
