import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { ImportRefused } from '../faults';

/**
 * The files of a zip archive, as USDA packs its downloads.
 *
 * Z1  Only files that were asked for are unpacked, by their own name without folders: a path in an archive never leads anywhere.
 * Z2  No file becomes larger than its directory says and than `mostBytes`; its checksum is compared, which the package leaves to us.
 */
/** SR Legacy's largest file has 25 MB. */
const mostBytes = 1024 ** 3;

const damaged = (what: string) => new ImportRefused(`The archive is damaged (${what}): download it again.`);

/** The disk's own faults go through as they are; what else stops the reading of an archive is in the archive. */
const isOfTheDisk = (fault: unknown): boolean => fault instanceof Error && 'syscall' in fault;

const blame =
  (what: string) =>
  (fault: unknown): never => {
    throw isOfTheDisk(fault) || fault instanceof ImportRefused ? fault : damaged(what);
  };

/** Passes bytes on, and fails where they are more than `entry` has or not those it had. */
const verified = (name: string, entry: Entry): Transform => {
  let [bytes, checksum] = [0, 0];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      checksum = crc32(chunk, checksum);
      done(bytes > entry.uncompressedSize ? damaged(`${name} is longer than it says`) : null, chunk);
    },
    flush(done) {
      const whole = bytes === entry.uncompressedSize && checksum === entry.crc32;
      done(whole ? null : damaged(`${name} is not what was packed`));
    },
  });
};

const unpackEntry = async (archive: ZipFile, entry: Entry, name: string, target: string): Promise<void> => {
  if (!entry.canDecodeFileData()) throw damaged(`${name} is packed in another way`);
  if (entry.uncompressedSize > mostBytes) throw damaged(`${name} would take ${entry.uncompressedSize} bytes`);
  const packed = await archive.openReadStreamPromise(entry).catch(blame(`${name} is not where it should be`));
  await pipeline(packed, verified(name, entry), createWriteStream(target)).catch(blame(`${name} cannot be unpacked`));
};

/** Unpacks the files called `names` into `folder`, which is there. Throws `ImportRefused` where the archive is damaged. */
export async function unpack(file: string, folder: string, names: ReadonlySet<string>): Promise<string[]> {
  // Names are read as they are: those that lead elsewhere would be refused with the whole archive, and sizes are compared here.
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false };
  const archive = await openPromise(file, options).catch(blame('it has no directory that can be read'));
  try {
    const unpacked = new Set<string>();
    for await (const entry of archive.eachEntry()) {
      const name = path.posix.basename(entry.fileNameRaw.toString());
      if (!names.has(name) || unpacked.has(name)) continue;
      unpacked.add(name);
      await unpackEntry(archive, entry, name, path.join(folder, name));
    }
    return [...unpacked];
  } catch (fault) {
    return blame('its directory cannot be read')(fault);
  } finally {
    archive.close();
  }
}
