import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { ProblemName } from '../errors';
import { receiveForm } from './multipart';
import { formReader } from './values';

/** A JSON body that may also come as a form, then with files. */
export interface FormRules {
  /** By the name of the field; an empty one is none. */
  readonly files: readonly string[];
  /** The document asks for each of them, and so for a form; the handler refuses a request without. Where missing, each is optional. */
  readonly required?: true;
  /** Of each file. */
  readonly maxFileBytes: number;
  readonly tooLarge?: Extract<ProblemName, 'body-too-large' | 'picture-too-large'>;
  /** A folder that `cleanTempDir` made. */
  readonly tempDir: string;
}

/** A file that came with a form; it is removed once the request was served. */
export interface FormFile {
  readonly path: string;
  readonly bytes: number;
  /** Of the bytes, hexadecimal. */
  readonly sha256: string;
}
export type FormFiles = Readonly<Partial<Record<string, FormFile>>>;

export interface FormBody {
  value: unknown;
  /** Stands for fields and files: forms of other bytes around the same are the same. */
  bytes: string;
  files: FormFiles;
  discard: () => Promise<void>;
}

/** Lists repeat their field. */
const maxFields = 300;

export const isForm = ({ headers }: IncomingMessage): boolean =>
  /^multipart\/form-data\s*(?:;|$)/i.test(headers['content-type'] ?? '');

const readers = new WeakMap<z.ZodType, ReturnType<typeof formReader>>();
const readerOf = (schema: z.ZodType) => {
  const known = readers.get(schema) ?? formReader(schema);
  readers.set(schema, known);
  return known;
};

/** Throws as `receiveForm` and `formReader` do. */
export async function readForm(
  request: IncomingMessage,
  schema: z.ZodType,
  rules: FormRules,
  signal: AbortSignal,
): Promise<FormBody> {
  const { files, fields, discard } = await receiveForm(request, {
    files: rules.files.map((name) => [name]),
    repeats: true,
    maxBytes: rules.maxFileBytes,
    ...(rules.tooLarge !== undefined && { tooLarge: rules.tooLarge }),
    tempDir: rules.tempDir,
    maxFields,
    signal,
  });
  try {
    const sent = Object.fromEntries(
      files.flatMap((file) =>
        file === null || file.bytes === 0
          ? []
          : [[file.fieldName, { path: file.path, bytes: file.bytes, sha256: file.sha256 }]],
      ),
    ) as FormFiles;
    const digests = Object.entries(sent).map(([name, file]) => [name, file?.sha256]);
    return { value: readerOf(schema)(fields), bytes: JSON.stringify([fields, digests]), files: sent, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}
