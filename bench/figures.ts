/** The p-th percentile (0–100) by the nearest-rank method; NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN;
}

/** A Markdown table; the first row is its head. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

/**
 * Says so where a figure is over the bound that docs/performance.md promises, and lets the process end with 1 once it has measured the
 * rest. NaN, which is what nothing measured gives, is over every bound.
 */
export function expectAtMost(what: string, value: number, bound: number, unit: string): void {
  if (value <= bound) return;
  console.error(`${what} took ${value.toFixed(1)} ${unit}; at most ${bound} ${unit} are promised.`);
  process.exitCode = 1;
}
