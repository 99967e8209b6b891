import { createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { ImportRefused } from '../faults';

/**
 * The files of a zip archive, as USDA packs its downloads: stored or deflated, without encryption and below 4 GB.
 *
 * Z1  Only files that were asked for are unpacked, by their own name without folders: a path in an archive never leads anywhere.
 * Z2  No file becomes larger than its directory says and than `mostBytes`; its checksum is compared.
 */
interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly at: number;
}

/** Signatures and lengths of APPNOTE.TXT (PKWARE, 6.3.10), sections 4.3.7, 4.3.12 and 4.3.16. */
const endOfDirectory = { signature: 0x06054b50, bytes: 22, longestComment: 0xffff };
const directoryEntry = { signature: 0x02014b50, bytes: 46 };
const localHeader = { signature: 0x04034b50, bytes: 30 };
const stored = 0;
const deflated = 8;
/** SR Legacy's largest file has 25 MB. */
const mostBytes = 1024 ** 3;
const mostDirectoryBytes = 2 ** 20;

const damaged = (what: string) => new ImportRefused(`The archive is damaged (${what}): download it again.`);

const readAt = async (file: FileHandle, at: number, bytes: number): Promise<Buffer> => {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
  if (bytesRead < bytes) throw damaged('it ends too early');
  return buffer;
};

const readDirectory = async (file: FileHandle): Promise<Entry[]> => {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, endOfDirectory.bytes + endOfDirectory.longestComment);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  let end = tail.length - endOfDirectory.bytes;
  while (end >= 0 && tail.readUInt32LE(end) !== endOfDirectory.signature) end -= 1;
  if (end < 0) throw damaged('it has no directory');
  const directoryBytes = tail.readUInt32LE(end + 12);
  if (directoryBytes > mostDirectoryBytes) throw damaged('its directory is too long');
  const directory = await readAt(file, tail.readUInt32LE(end + 16), directoryBytes);

  const entries: Entry[] = [];
  for (let at = 0; at + directoryEntry.bytes <= directory.length;) {
    if (directory.readUInt32LE(at) !== directoryEntry.signature) throw damaged('its directory cannot be read');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    const begin = at + directoryEntry.bytes;
    entries.push({
      name: directory.toString('utf8', begin, begin + (nameBytes ?? 0)),
      method: directory.readUInt16LE(at + 10),
      checksum: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      at: directory.readUInt32LE(at + 42),
    });
    at = begin + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return entries;
};

/** Passes bytes on, and fails where they are more than `entry` has or not those it had. */
const verified = (entry: Entry): Transform => {
  let [bytes, checksum] = [0, 0];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      checksum = crc32(chunk, checksum);
      done(bytes > entry.bytes ? damaged(`${entry.name} is longer than it says`) : null, chunk);
    },
    flush(done) {
      const whole = bytes === entry.bytes && checksum === entry.checksum;
      done(whole ? null : damaged(`${entry.name} is not what was packed`));
    },
  });
};

const unpackEntry = async (file: FileHandle, entry: Entry, target: string): Promise<void> => {
  if (entry.method !== stored && entry.method !== deflated) throw damaged(`${entry.name} is packed in another way`);
  if (entry.bytes > mostBytes) throw damaged(`${entry.name} would take ${entry.bytes} bytes`);
  const head = await readAt(file, entry.at, localHeader.bytes);
  if (head.readUInt32LE(0) !== localHeader.signature) throw damaged(`${entry.name} is not where it should be`);
  const start = entry.at + localHeader.bytes + head.readUInt16LE(26) + head.readUInt16LE(28);
  const source =
    entry.packedBytes === 0
      ? Readable.from([])
      : file.createReadStream({ start, end: start + entry.packedBytes - 1, autoClose: false });
  const steps = entry.method === deflated ? [createInflateRaw(), verified(entry)] : [verified(entry)];
  await pipeline([source, ...steps, createWriteStream(target)]).catch((fault: unknown) => {
    // zlib's own words name no file.
    throw fault instanceof Error && 'code' in fault && String(fault.code).startsWith('Z_')
      ? damaged(`${entry.name} cannot be unpacked`)
      : fault;
  });
};

/** Unpacks the files called `names` into `folder`, which is there. Throws `ImportRefused` where the archive is damaged. */
export async function unpack(archive: string, folder: string, names: ReadonlySet<string>): Promise<string[]> {
  const file = await open(archive, 'r');
  try {
    const unpacked = new Set<string>();
    for (const entry of await readDirectory(file)) {
      const name = path.posix.basename(entry.name);
      if (!names.has(name) || unpacked.has(name)) continue;
      unpacked.add(name);
      await unpackEntry(file, entry, path.join(folder, name));
    }
    return [...unpacked];
  } finally {
    await file.close();
  }
}
