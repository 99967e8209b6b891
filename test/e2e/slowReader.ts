import http from 'node:http';

export interface Read {
  bytes: number;
  /** Its last bytes. */
  end: string;
  seconds: number;
}

/** Reads an answer whole at `bytesPerSecond`, as a slow connection would: what is not read waits at the server. */
export async function readSlowly(address: string, token: string, bytesPerSecond: number): Promise<Read> {
  const startedAt = performance.now();
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(address, { headers: { authorization: `Bearer ${token}` } }, resolve).once('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(`${address} answered ${String(response.statusCode)}`);
  let bytes = 0;
  let end = '';
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    end = (end + part.toString('latin1')).slice(-10);
    const aheadMs = (bytes / bytesPerSecond) * 1000 - (performance.now() - startedAt);
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
  return { bytes, end, seconds: (performance.now() - startedAt) / 1000 };
}
