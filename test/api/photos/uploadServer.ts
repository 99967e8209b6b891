import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpProblem } from '../../../src/api/errors';
import { cleanTempDir } from '../../../src/api/forms/formFile';
import { receiveUpload, type Upload, type UploadRules } from '../../../src/api/forms/multipart';

/** A server that receives one form a request, and a client that sends it raw bytes. */

export type Outcome = { upload: Upload } | { error: unknown };

export const megabyte = 1_048_576;

export interface Part {
  name?: string;
  file?: string;
  type?: string;
  body?: string | Buffer;
  /** The header of the part as it is sent, in place of what the other keys say. */
  header?: string;
}

export const form = (parts: Part[], last = '\r\n--cut--\r\n'): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ name, file, type, body = '', header }, at) => [
      Buffer.from(`${at === 0 ? '' : '\r\n'}--cut\r\n`),
      Buffer.from(
        header ??
          `content-disposition: form-data${name === undefined ? '' : `; name="${name}"`}` +
            `${file === undefined ? '' : `; filename="${file}"`}${type === undefined ? '' : `\r\ncontent-type: ${type}`}`,
      ),
      Buffer.from('\r\n\r\n'),
      Buffer.from(body as string),
    ]),
    Buffer.from(last),
  ]);

export const photo = (body: string | Buffer = 'bytes of a picture', over: Part = {}): Part => ({
  name: 'photo',
  file: 'meal.jpg',
  type: 'image/jpeg',
  body,
  ...over,
});
export const image = (body: string | Buffer = 'bytes of a picture', over: Part = {}): Part =>
  photo(body, { name: 'image', ...over });

interface Sending {
  type?: string;
  pieces?: number;
  end?: boolean;
  length?: number;
}

export async function startUploads() {
  const tempDir = await mkdtemp(join(tmpdir(), 'palate-upload-'));
  await cleanTempDir(tempDir);
  const sockets = new Set<Socket>();
  const state: {
    rules: Partial<UploadRules>;
    outcomes: ((outcome: Outcome) => void)[];
    arrived: () => void;
  } = { rules: {}, outcomes: [], arrived: () => undefined };

  const server = createServer((request, response) => {
    request.once('data', () => state.arrived());
    receiveUpload(request, {
      fileFields: ['photo', 'image'],
      maxBytes: megabyte,
      tempDir,
      signal: new AbortController().signal,
      ...state.rules,
    }).then(
      (upload) => {
        response.end('stored');
        state.outcomes.shift()?.({ upload });
      },
      (error: unknown) => {
        response.statusCode = error instanceof HttpProblem ? error.status : 500;
        response.setHeader('connection', 'close');
        response.end(error instanceof Error ? error.message : 'unknown');
        request.resume();
        state.outcomes.shift()?.({ error });
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const outcome = () => new Promise<Outcome>((resolve) => state.outcomes.push(resolve));
  const open = (): Socket => {
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket);
    socket.on('error', () => undefined);
    return socket;
  };

  /** Sends raw bytes as the request, in pieces if asked, and says what came of it. */
  const send = async (body: Buffer | string, over: Sending = {}) => {
    const { type = 'multipart/form-data; boundary=cut', pieces = 1, end = true, length } = over;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const came = outcome();
    const socket = open();
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.write(
      `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${length ?? bytes.length}\r\n\r\n`,
    );
    const size = Math.ceil(bytes.length / pieces);
    for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
      await new Promise((resolve) => socket.write(bytes.subarray(at, at + size), resolve));
      if (pieces > 1) await new Promise((resolve) => setImmediate(resolve));
    }
    if (end && length === undefined) return { ...(await came), socket, answer: () => answer };
    return { came, socket, answer: () => answer };
  };

  return {
    tempDir,
    state,
    outcome,
    open,
    send,
    filesLeft: () => readdir(tempDir),

    async accepted(body: Buffer, over: Sending = {}): Promise<Upload> {
      const result = await send(body, over);
      if (!('upload' in result)) throw 'error' in result ? result.error : new Error('no outcome');
      return result.upload;
    },

    async refused(body: Buffer | string, over: Sending = {}): Promise<HttpProblem> {
      const result = await send(body, over);
      if ('upload' in result) {
        await result.upload.discard();
        throw new Error('was accepted');
      }
      const error = 'error' in result ? result.error : undefined;
      if (!(error instanceof HttpProblem)) throw error;
      return error;
    },

    async stop() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(tempDir, { recursive: true });
    },
  };
}
export type Uploads = Awaited<ReturnType<typeof startUploads>>;
