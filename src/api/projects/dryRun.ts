import { z } from 'zod';
import { ModelType } from '../../model/projects';
import { fields, type ReceivedProject } from './receive';
import { sampleBytes, sampleFiles, SampleRefused, tableOf, type Sampled, type SentFile } from './sample';

const Problem = z.object({
  line: z.int(),
  column: z.string().nullable(),
  reason: z.string(),
  message: z.string(),
});
const FileView = z.object({
  field: z.string(),
  file: z.string(),
  bytes: z.int().meta({ description: 'As it was sent' }),
  refused: z.object({ message: z.string(), line: z.int().nullable(), column: z.string().nullable() }).nullable().meta({
    description: 'Why this file cannot be taken as it is; below stands what it has',
  }),
  encoding: z.string().nullable(),
  delimiter: z.string().nullable(),
  packed: z.boolean(),
  header: z.array(z.string()),
  columns: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]).nullable())
    .meta({ description: 'Which column is taken for which field' }),
  ignored: z.array(z.string()),
  first_rows: z.array(z.array(z.string())),
  rows: z.object({ read: z.int(), kept: z.int(), rejected: z.record(z.string(), z.int()) }),
  problems: z.array(Problem).meta({ description: 'The first rows of each reason that are left out' }),
  warnings: z.array(z.string()),
  of_first_bytes: z.int().meta({ description: 'How much was looked at, unpacked' }),
  complete: z.boolean().meta({ description: 'That was the whole file' }),
});
export const DryRunView = z
  .object({
    dry_run: z.literal(true),
    project_name: z.string(),
    model_type: ModelType,
    files: z.array(FileView),
    warnings: z.array(z.string()),
  })
  .meta({
    id: 'ProjectDryRun',
    description: `What would be read, by the first ${sampleBytes / 1e6} MB of each file; nothing is kept`,
  });
type FileView = z.infer<typeof FileView>;

export async function dryRun(
  { name, modelType, files }: ReceivedProject,
  nowMs: number,
): Promise<z.infer<typeof DryRunView>> {
  const views: FileView[] = [];
  let readable = true;
  for (const file of files) {
    const { view, isTaken } = await inspectFile(file, nowMs);
    views.push(view);
    readable &&= isTaken;
  }
  const warnings = readable && files.length > 1 ? (await sampleFiles(files, nowMs)).warnings : [];
  return { dry_run: true, project_name: name, model_type: modelType, files: views, warnings: [...warnings] };
}

async function inspectFile(file: SentFile, nowMs: number): Promise<{ view: FileView; isTaken: boolean }> {
  const own = { field: fields[file.kind], file: file.name, bytes: file.bytes };
  try {
    const { files } = await sampleFiles([file], nowMs);
    return { view: { ...own, ...(files.map(readOf)[0] ?? nothing), refused: null }, isTaken: true };
  } catch (error) {
    if (!(error instanceof SampleRefused)) throw error;
    const { message, line, column } = error;
    const table = await tableOf(file);
    const seen = table && { header: table.header, first_rows: table.firstRows, encoding: table.encoding, delimiter: table.delimiter, of_first_bytes: table.bytes }; // prettier-ignore
    return { view: { ...own, ...nothing, ...seen, refused: { message, line, column } }, isTaken: false };
  }
}

type Read = Omit<FileView, 'field' | 'file' | 'bytes' | 'refused'>;
const nothing: Read = {
  encoding: null,
  delimiter: null,
  packed: false,
  header: [],
  columns: {},
  ignored: [],
  first_rows: [],
  rows: { read: 0, kept: 0, rejected: {} },
  problems: [],
  warnings: [],
  of_first_bytes: 0,
  complete: false,
};

const readOf = ({ report, isPacked, bytes, isWhole }: Sampled): Read => ({
  encoding: report.encoding,
  delimiter: report.delimiter,
  packed: isPacked,
  header: report.header,
  columns: report.columns,
  ignored: report.ignored,
  first_rows: report.firstRows,
  rows: { ...report.rows, rejected: { ...report.rows.rejected } },
  problems: report.problems.map(({ kind, line, column, message }) => ({ line, column, reason: kind, message })),
  warnings: report.warnings,
  of_first_bytes: bytes,
  complete: isWhole,
});
