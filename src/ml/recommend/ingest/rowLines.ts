/** Where every row has line breaks of its own, the lines of later ones are not known. */
const maxJumps = 1_000_000;

/**
 * The lines of rows by their number: rows mostly stand one line after another, so only those are remembered that do not stand on the line after
 * the row before.
 */
export class RowLines {
  readonly #rows: number[] = [];
  readonly #offsets: number[] = [];
  #rowCount = 0;
  #offset = Number.NaN;
  #knownRows: number | null = null;

  /** The line of the next row. */
  add(line: number): void {
    const offset = line - this.#rowCount;
    if (offset !== this.#offset && this.#knownRows === null) {
      this.#rows.push(this.#rowCount);
      this.#offsets.push(offset);
      this.#offset = offset;
      if (this.#rows.length > maxJumps) this.#knownRows = this.#rowCount;
    }
    this.#rowCount += 1;
  }

  /** Null where it is not known. */
  of(row: number): number | null {
    if (this.#knownRows !== null && row >= this.#knownRows) return null;
    let [low, high] = [0, this.#rows.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#rows[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return row + (this.#offsets[low] ?? 0);
  }
}
