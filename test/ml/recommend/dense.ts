/** Dense f64 algebra as the textbook has it, slow and plain: what the kernels are compared with. Matrices are lists of rows. */
export type Dense = number[][];

export const denseOf = (rows: number, columns: number, number: (row: number, column: number) => number): Dense =>
  Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => number(row, column)));

/** x of a·x = b by Gauss's elimination with pivoting. */
export function solveDense(a: Dense, b: number[]): number[] {
  const rows = a.map((row, at) => [...row, b[at]!]);
  const edge = rows.length;
  for (let k = 0; k < edge; k += 1) {
    let best = k;
    for (let row = k + 1; row < edge; row += 1) if (Math.abs(rows[row]![k]!) > Math.abs(rows[best]![k]!)) best = row;
    [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    for (let row = 0; row < edge; row += 1) {
      if (row === k) continue;
      const factor = rows[row]![k]! / rows[k]![k]!;
      for (let column = k; column <= edge; column += 1) rows[row]![column]! -= factor * rows[k]![column]!;
    }
  }
  return rows.map((row, k) => row[edge]! / row[k]!);
}

export function invertDense(a: Dense): Dense {
  const columns = a.map((_, k) =>
    solveDense(
      a,
      a.map((__, row) => (row === k ? 1 : 0)),
    ),
  );
  return denseOf(a.length, a.length, (row, column) => columns[column]![row]!);
}
