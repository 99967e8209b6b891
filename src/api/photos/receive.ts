import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { headerBytes, inspectPicture, PictureUnreadable, type UnreadableReason } from '../../ml/pictures';
import { problem, type ProblemName } from '../errors';
import type { PhotoDeps } from './deps';
import { receiveUpload, type Upload } from '../forms/multipart';

/** A picture that came in whole and is what its bytes say; it waits in a temporary file. */
export interface ReceivedPicture extends Upload {
  /** By the bytes. */
  contentType: string;
}

const problemOf: Record<UnreadableReason, ProblemName> = {
  empty: 'invalid-request',
  'not-an-image': 'unsupported-picture',
  type: 'unsupported-picture',
  damaged: 'unprocessable',
  'too-many-pixels': 'picture-too-large',
  'too-small': 'unprocessable',
};

/** Reads the upload and refuses, before anything is stored, what no decoder should see. The caller discards the file in the end. */
export async function receivePicture(
  deps: PhotoDeps,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<ReceivedPicture> {
  const upload = await receiveUpload(request, {
    fileFields: ['photo', 'image'],
    maxBytes: deps.settings.photoMaxBytes,
    tooLarge: 'picture-too-large',
    tempDir: deps.settings.tempDir,
    signal,
  });
  try {
    return { ...upload, contentType: await pictureTypeOf(upload.file.path, upload.fieldName) };
  } catch (error) {
    await upload.discard();
    throw error;
  }
}

/** The type of a picture by its bytes. Throws the problem of what no decoder should see, at the field that it came in. */
export async function pictureTypeOf(path: string, fieldName: string): Promise<string> {
  try {
    return inspectPicture(await firstBytes(path, headerBytes)).type;
  } catch (error) {
    if (error instanceof PictureUnreadable)
      throw problem(problemOf[error.reason], {
        detail: error.message,
        errors: [{ path: `body.${fieldName}`, message: error.message }],
      });
    throw error;
  }
}

async function firstBytes(path: string, most: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
