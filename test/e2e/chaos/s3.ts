import { DoubleServer } from '../../doubles/doubleServer';
import type { Answer, Received } from '../../doubles/doubleServer';

const xml = { 'content-type': 'application/xml' };
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * A bucket in memory that speaks as much of S3 as the object store uses, by path (`/bucket/key`). Its disk can be full: writes are then
 * refused as MinIO refuses them, and everything else goes on.
 */
export class S3Double extends DoubleServer {
  readonly bucket = 'photos';
  full = false;
  private readonly objects = new Map<string, { body: Buffer; contentType: string }>();

  get keys(): string[] {
    return [...this.objects.keys()];
  }

  protected answer({ method, path, headers, body }: Received): Answer {
    const { pathname, searchParams } = new URL(path, this.url);
    const [, bucket, ...rest] = pathname.split('/');
    const key = rest.map(decodeURIComponent).join('/');
    if (bucket !== this.bucket) return refusal(404, 'NoSuchBucket');
    if (key === '') return this.ofBucket(method, searchParams, body);
    switch (method) {
      case 'PUT':
        if (this.full) return refusal(507, 'XMinioStorageFull');
        this.objects.set(key, { body, contentType: headers['content-type'] ?? 'application/octet-stream' });
        return { status: 200, body: '', headers: { etag: '"0"' } };
      case 'GET': {
        const found = this.objects.get(key);
        return found === undefined
          ? refusal(404, 'NoSuchKey')
          : {
              status: 200,
              body: found.body,
              headers: { 'content-type': found.contentType, 'content-length': String(found.body.length) },
            };
      }
      case 'DELETE':
        this.objects.delete(key);
        return { status: 204, body: '' };
      default:
        return refusal(405, 'MethodNotAllowed');
    }
  }

  private ofBucket(method: string, query: URLSearchParams, body: Buffer): Answer {
    if (method === 'HEAD') return { status: 200, body: '' };
    if (method === 'POST' && query.has('delete')) {
      for (const [, key = ''] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) this.objects.delete(key);
      return { status: 200, body: '<DeleteResult/>', headers: xml };
    }
    const prefix = query.get('prefix') ?? '';
    const found = this.keys.filter((key) => key.startsWith(prefix));
    const contents = found.map((key) => `<Contents><Key>${escaped(key)}</Key></Contents>`).join('');
    const page = `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
    return { status: 200, body: page, headers: xml };
  }
}

const refusal = (status: number, code: string): Answer => ({
  status,
  body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  headers: xml,
});
