/** Dense f64 algebra as the textbook has it, slow and plain: what the kernels are compared with. Matrices are lists of rows. */
export type Dense = number[][];

export const denseOf = (rows: number, columns: number, number: (row: number, column: number) => number): Dense =>
  Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => number(row, column)));

/** x of a·x = b, a column of x for each of b, by Gauss's and Jordan's elimination with pivoting. */
function eliminate(a: Dense, b: Dense): Dense {
  const rows = a.map((row, at) => [...row, ...b[at]!]);
  const edge = rows.length;
  for (let k = 0; k < edge; k += 1) {
    let best = k;
    for (let row = k + 1; row < edge; row += 1) if (Math.abs(rows[row]![k]!) > Math.abs(rows[best]![k]!)) best = row;
    [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    const pivotRow = rows[k]!;
    for (let row = 0; row < edge; row += 1) {
      const numbers = rows[row]!;
      const factor = numbers[k]! / pivotRow[k]!;
      if (row === k || factor === 0) continue;
      for (let column = k; column < numbers.length; column += 1) numbers[column]! -= factor * pivotRow[column]!;
    }
  }
  return rows.map((row, k) => row.slice(edge).map((number) => number / row[k]!));
}

export const solveDense = (a: Dense, b: number[]): number[] =>
  eliminate(
    a,
    b.map((number) => [number]),
  ).map(([number]) => number!);

export const invertDense = (a: Dense): Dense =>
  eliminate(
    a,
    denseOf(a.length, a.length, (row, column) => Number(row === column)),
  );
