/** Something that keeps a whole folder from being imported; nothing was changed. The message is a sentence for the operator. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
}

/** One row that could not be taken. */
export interface RowFault {
  file: string;
  /** Where the row ends in the file; the first is 1. */
  line: number;
  reason: string;
}

/** Counts every fault and keeps the first few, so that a file of nothing but faults does not fill the memory. */
export class RowFaults {
  readonly first: RowFault[] = [];
  count = 0;

  constructor(private readonly keep = 20) {}

  add(file: string, line: number, reason: string): void {
    this.count += 1;
    if (this.first.length < this.keep) this.first.push({ file, line, reason });
  }
}
