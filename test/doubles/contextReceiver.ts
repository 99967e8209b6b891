import { createHmac } from 'node:crypto';
import { DoubleServer } from './doubleServer';
import type { Answer, Fault, Received } from './doubleServer';
import { keyErrorOf } from './smartbiteNormaliser';

type Data = Record<string, unknown>;

/** What became of one user in one request. A batch has one for each of its users. */
export interface Told {
  kind: 'push' | 'batch' | 'delete';
  userId: string | undefined;
  contextVersion: number | undefined;
  baseVersion: number | undefined;
  /** Milliseconds since 1970, like all times here. */
  receivedAt: number;
  /** When it was taken in; null: it was not. */
  processedAt: number | null;
  /** Status that the client was answered about this user; null: nothing that says. */
  answer: number | null;
  answeredAt: number | null;
}

/** How a request is answered; `statuses` are those of its users, where they have one of their own. */
interface Verdict {
  status: number;
  message: string;
  statuses?: readonly number[];
  more?: Data;
}

/** Finer than `Date.now`, so that what follows in the same millisecond has an order. */
const nowMs = () => performance.timeOrigin + performance.now();

/** A timestamp further away than this is refused. */
const driftS = 300;

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (body: Buffer): Data => {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
};
const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

/**
 * The ML service as SmartBite's receiver is: it checks signature and drift, keeps no signatures, and the last context that it *takes in*
 * wins, whatever its version. `versionAware` and `takesDeltas` make it one that was written for Palate.
 */
export class ReceiverDouble extends DoubleServer {
  /** Without a comma, which in INTERNAL_HMAC_SECRET parts two. */
  static readonly secret = 'a key of both sides in tests';

  /** The context of each user, as it is known now. */
  readonly users = new Map<string, Data>();
  /** Everything it was told, in the order of arrival. */
  readonly record: Told[] = [];
  private secrets: readonly string[] = [ReceiverDouble.secret];
  private aware = false;
  private deltas = false;
  private keeps = false;
  private wantsWhole = false;
  private now = () => Date.now();
  private refusal: ((userId: string) => number | null) | null = null;
  private readonly asked = new Map<Received, { told: readonly Told[]; isHeard: boolean }>();

  /** Address for `FLASK_AI_BASE_URL`. */
  get baseUrl(): string {
    return this.url;
  }

  /** Address for `CONTEXT_SYNC_BATCH_URL`. */
  get batchUrl(): string {
    return `${this.url}/internal/sync-users`;
  }

  /** Takes what any of these signed. */
  wantsSecrets(...secrets: readonly string[]): this {
    this.secrets = secrets;
    return this;
  }

  /** Drops a context that is older than the one it has, and says that it was taken in. */
  versionAware(aware = true): this {
    this.aware = aware;
    return this;
  }

  /** Confirms that it forgot a user, and keeps what it was told last, as SmartBite's receiver does. */
  keepsForgotten(keeps = true): this {
    this.keeps = keeps;
    return this;
  }

  /** Takes whole contexts only, in all that SmartBite's normaliser reads of them. */
  normalisesWhole(wantsWhole = true): this {
    this.wantsWhole = wantsWhole;
    return this;
  }

  /** Merges sections into the version that they are based on; 409 where it has another. */
  takesDeltas(deltas = true): this {
    this.deltas = deltas;
    return this;
  }

  /** Its clock, in milliseconds since 1970. */
  tellsTime(now: () => number): this {
    this.now = now;
    return this;
  }

  /** Answers this status about one user, alone or in a batch; null: as it is. */
  refuses(refusal: ((userId: string) => number | null) | null): this {
    this.refusal = refusal;
    return this;
  }

  override reset(): this {
    super.reset();
    this.users.clear();
    this.record.length = 0;
    this.asked.clear();
    return this.wantsSecrets(ReceiverDouble.secret)
      .versionAware(false)
      .takesDeltas(false)
      .keepsForgotten(false)
      .normalisesWhole(false)
      .tellsTime(() => Date.now())
      .refuses(null);
  }

  /** What is recorded of one user, in the order of arrival. */
  toldOf(userId: string): Told[] {
    return this.record.filter((told) => told.userId === userId);
  }

  /** Sendings that were older than what had been acknowledged for that user before they came in; there must be none. */
  get sentBackwards(): Told[] {
    return this.record.filter(({ userId, contextVersion, receivedAt }, at) => {
      if (contextVersion === undefined) return false;
      const before = this.record.slice(0, at).filter((told) => told.userId === userId);
      const sinceForgotten = before.slice(before.findLastIndex(({ kind }) => kind === 'delete') + 1);
      return sinceForgotten.some(
        (told) =>
          told.answer === 200 &&
          (told.answeredAt ?? Infinity) < receivedAt &&
          (told.contextVersion ?? 0) > contextVersion,
      );
    });
  }

  protected override arrived(request: Received, fault: Fault | null): void {
    const { method, path, body } = request;
    // A 2xx that is put in the place of ours says nothing about anybody.
    const answer = fault?.kind === 'status' && fault.status >= 300 ? fault.status : null;
    const about = (kind: Told['kind'], userId: unknown, data: unknown): Told => ({
      kind,
      userId: typeof userId === 'string' ? userId : undefined,
      contextVersion: isObject(data) ? numberOf(data.contextVersion) : undefined,
      baseVersion: isObject(data) ? numberOf(data.baseVersion) : undefined,
      receivedAt: nowMs(),
      processedAt: null,
      answer,
      answeredAt: answer === null ? null : nowMs(),
    });
    const content = objectOf(body);
    const told =
      method === 'DELETE'
        ? [about('delete', decodeURIComponent(path.split('/').at(-1) ?? ''), undefined)]
        : Array.isArray(content.users)
          ? content.users.filter(isObject).map(({ userId, data }) => about('batch', userId, data))
          : [about('push', content.userId, content.data)];
    this.record.push(...told);
    this.asked.set(request, { told, isHeard: fault === null || ['slow', 'held'].includes(fault.kind) });
  }

  protected answer(request: Received): Answer {
    const { told, isHeard } = this.asked.get(request) ?? { told: [], isHeard: false };
    const { status, message, statuses, more } = this.verdict(request, told);
    if (isHeard)
      told.forEach((one, at) => {
        one.answer = statuses?.[at] ?? status;
        one.answeredAt = nowMs();
      });
    return { status, body: JSON.stringify({ success: status === 200, message, ...more }) };
  }

  private verdict(request: Received, told: readonly Told[]): Verdict {
    const { method, path, body } = request;
    if (!this.isSigned(request)) return { status: 401, message: 'Unauthorized' };
    const [only] = told;
    if (method === 'DELETE') {
      if (!path.startsWith('/internal/delete-user/') || only?.userId === undefined)
        return { status: 404, message: 'Not found' };
      only.processedAt = nowMs();
      if (this.keeps) return { status: 200, message: 'Forgotten' };
      return this.users.delete(only.userId)
        ? { status: 200, message: 'Forgotten' }
        : { status: 404, message: 'No such user' };
    }
    if (method !== 'POST') return { status: 405, message: 'Method not allowed' };
    const content = objectOf(body);
    if (path === '/internal/sync-users') {
      if (!Array.isArray(content.users)) return { status: 400, message: 'users is missing' };
      const users = content.users.filter(isObject);
      const statuses = users.map(({ userId, data }, at) => this.takeIn(userId, data, told[at]));
      const results = users.map(({ userId }, at) => ({ userId, success: statuses[at] === 200, status: statuses[at] }));
      return { status: 200, message: 'Taken in', statuses, more: { results } };
    }
    if (path !== '/internal/sync-user') return { status: 404, message: 'Not found' };
    const status = this.takeIn(content.userId, content.data, only);
    return { status, message: status === 200 ? 'Taken in' : 'Refused' };
  }

  /** Status of one user. */
  private takeIn(userId: unknown, data: unknown, told: Told | undefined): number {
    if (typeof userId !== 'string' || userId === '' || !isObject(data)) return 400;
    const refusal = this.refusal?.(userId) ?? null;
    if (refusal !== null) return refusal;
    if (keyErrorOf(data, { partly: !this.wantsWhole }) !== null) return 500;
    const known = this.users.get(userId);
    const isDelta = this.deltas && data.baseVersion !== undefined;
    if (isDelta && known?.contextVersion !== data.baseVersion) return 409;
    if (told) told.processedAt = nowMs();
    if (this.aware && (numberOf(data.contextVersion) ?? 0) < (numberOf(known?.contextVersion) ?? 0)) return 200;
    const { baseVersion: _base, ...sections } = data;
    this.users.set(userId, isDelta ? { ...known, ...sections } : data);
    return 200;
  }

  private isSigned({ headers, body }: Received): boolean {
    const { 'x-timestamp': timestamp, 'x-signature': signature } = headers;
    if (typeof timestamp !== 'string' || typeof signature !== 'string') return false;
    if (!(Math.abs(this.now() / 1000 - Number(timestamp)) <= driftS)) return false;
    const hash = (secret: string) =>
      createHmac('sha256', secret)
        .update(Buffer.concat([Buffer.from(timestamp), body]))
        .digest('hex');
    return this.secrets.some((secret) => hash(secret) === signature);
  }
}
