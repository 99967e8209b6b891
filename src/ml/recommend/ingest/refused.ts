/** Why a file, or all of it together, cannot be taken. The message is a sentence for whoever uploaded it, and names the file. */
export class IngestRefused extends Error {
  override readonly name = 'IngestRefused';
  constructor(
    message: string,
    readonly place: RefusedPlace,
  ) {
    super(message);
  }
}

export interface RefusedPlace {
  file: string;
  /** Physical; the first line is 1. Null where it is about the file as a whole. */
  line: number | null;
  column: string | null;
  /** For programs; `CsvFault` of the CSV reader among them. */
  fault: string;
}
