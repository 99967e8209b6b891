/** What was found in rows, counted by kind; of each kind the first few are kept with their lines, so that a file of nothing but faults takes no memory. */
export interface Finding {
  line: number;
  /** As the header names it; null where it is about the row. */
  column: string | null;
  message: string;
}

const keptOfEach = 5;

export class Tally<Kind extends string> {
  readonly #byKind = new Map<Kind, { count: number; first: Finding[] }>();

  /** The message is made only where it is kept. */
  add(kind: Kind, line: number, column: string | null, message: () => string): void {
    const entry = this.#byKind.get(kind);
    if (!entry) this.#byKind.set(kind, { count: 1, first: [{ line, column, message: message() }] });
    else {
      entry.count += 1;
      if (entry.first.length < keptOfEach) entry.first.push({ line, column, message: message() });
    }
  }

  /** More of a kind, of which nothing is known but their number. */
  addCount(kind: Kind, count: number): void {
    if (count === 0) return;
    const entry = this.#byKind.get(kind);
    if (entry) entry.count += count;
    else this.#byKind.set(kind, { count, first: [] });
  }

  get kinds(): Kind[] {
    return [...this.#byKind.keys()];
  }

  count(kind: Kind): number {
    return this.#byKind.get(kind)?.count ?? 0;
  }

  get total(): number {
    return [...this.#byKind.values()].reduce((sum, { count }) => sum + count, 0);
  }

  get counts(): Partial<Record<Kind, number>> {
    return Object.fromEntries([...this.#byKind].map(([kind, { count }]) => [kind, count])) as Partial<Record<Kind, number>>; // prettier-ignore
  }

  /** The first of each kind, by line. */
  get first(): (Finding & { kind: Kind })[] {
    const all = [...this.#byKind].flatMap(([kind, { first }]) => first.map((finding) => ({ kind, ...finding })));
    return all.sort((a, b) => a.line - b.line);
  }

  of(kind: Kind): readonly Finding[] {
    return this.#byKind.get(kind)?.first ?? [];
  }
}
