import { createReadStream } from 'node:fs';
import { ImportRefused } from '../faults';

/**
 * A file as text, some at a time.
 *
 * T1  It is UTF-8, with or without a byte order mark: what is not is refused with its line, and no letter is guessed.
 * T2  How it ended is known: a file that was cut off ends in the middle of a line.
 */
export interface FileText {
  chunks: AsyncIterable<string>;
  /** Once it was read: whether its last line was ended. */
  endsWithLine(): boolean;
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
const linesIn = (text: string): number => text.split('\n').length - 1;

const otherEncoding = (bytes: Buffer): string | null => {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return 'UTF-16';
  const head = bytes.subarray(0, 512);
  const nuls = head.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (nuls > head.length / 4) return 'UTF-16';
  return nuls > 0 && /^(?:\x7fELF|PK|\x89PNG|GIF8|%PDF|\xff\xd8)/.test(head.toString('latin1')) ? 'no text' : null;
};

/** `name` is how the file is called in what is said of it. */
export function textOf(path: string, name: string): FileText {
  let last = '';
  const read = async function* (): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let lines = 1;
    let first = true;
    try {
      for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
        if (first) {
          const encoding = otherEncoding(bytes);
          if (encoding === 'no text') throw new ImportRefused(`${name} is not a text file: export the catalogue as CSV or JSON lines.`); // prettier-ignore
          if (encoding !== null)
            throw new ImportRefused(`${name} is ${encoding}: save it as UTF-8, then import it again.`);
          first = false;
        }
        let text: string;
        try {
          text = decoder.decode(bytes, { stream: true });
        } catch {
          const shown = new TextDecoder('utf-8').decode(bytes);
          throw notUtf8(name, lines + linesIn(shown.slice(0, Math.max(0, shown.indexOf('\uFFFD')))));
        }
        if (text === '') continue;
        lines += linesIn(text);
        last = text.slice(-1);
        yield text;
      }
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error)))
        throw new ImportRefused(`${path} is no file: name the catalogue, a .csv or .jsonl file.`);
      throw error;
    }
    try {
      decoder.decode();
    } catch {
      throw notUtf8(name, lines);
    }
  };
  return { chunks: read(), endsWithLine: () => last === '\n' };
}

const notUtf8 = (name: string, line: number) =>
  new ImportRefused(`${name} is not UTF-8 (line ${line}): save it as UTF-8, then import it again.`);
