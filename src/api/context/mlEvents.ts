import { z } from 'zod';
import type { Settings } from '../../config/settings';
import { MlEvent, ModelUpdated } from '../../model/mlEvents';
import { verifies } from '../../services/signatures';
import { isDuplicateKey } from '../../store/faults';
import type { Store } from '../../store/store';
import { invalid, Problem, problem } from '../errors';
import { parseJson, readJsonBytes } from '../middleware/jsonBody';
import { reply, stream, type Limit, type Route } from '../route';
import { validate } from '../validation';

/**
 * `POST /internal/ml-events`: the ML service tells Palate something, signed as Palate signs what it tells the service.
 *
 * V1  Nothing of the body is parsed before its signature is checked, and nothing is read without a plausible time.
 * V2  A message counts once: its receipt and what it does are one transaction, so what failed may be sent again as it is.
 */
export interface MlEventDeps {
  readonly settings: Pick<Settings, 'internalHmacSecret'>;
  readonly store: Pick<Store, 'mlEventReceipts' | 'mlModels' | 'transaction'>;
  readonly clock: () => Date;
}

const takenAlready = () => problem('conflict', { detail: 'This message was taken in already; sign anew for another.' });

const driftMs = 300_000;
const mostBytes = 65_536;
const limit: Limit = { name: 'ml-events', max: 60, windowMs: 60_000, by: 'address' };

const Told = z.object({ data: ModelUpdated.default({ model: 'default' }) });
const Taken = z
  .object({
    success: z.literal(true),
    handled: z.boolean().meta({ description: 'false: Palate does nothing with this event' }),
  })
  .meta({ id: 'MlEventTaken' });

export const mlEventRoutes = ({ settings, store, clock }: MlEventDeps): Route[] => {
  const refuse = (detail?: string) => problem('bad-signature', detail === undefined ? {} : { detail });

  /** The time that the message names. Throws 401 where it is no time of now. */
  const timeOf = (timestamp: string): Date => {
    const at = new Date(Number(timestamp) * 1000);
    // Node joins a header that came twice by a comma, which is no time.
    if (!/^\d{1,12}$/.test(timestamp)) throw refuse('Send x-timestamp once, as seconds since 1970.');
    if (Math.abs(at.getTime() - clock().getTime()) > driftMs)
      throw refuse('x-timestamp is more than 300 s off; compare the clocks, and sign anew for each attempt.');
    return at;
  };

  const modelOf = async (data: unknown, at: Date) => {
    const { body } = await validate({ body: Told }, { params: {}, query: {}, body: { data } });
    const { model, version, updatedAt } = body.data;
    if (updatedAt && updatedAt.getTime() > clock().getTime() + driftMs)
      invalid('body.data.updatedAt', 'lies in the future; say when the model changed');
    return { model, version: version ?? null, updatedAt: updatedAt ?? at };
  };

  return [
    stream(
      {
        method: 'post',
        path: '/internal/ml-events',
        access: 'public',
        summary: 'The ML service tells of something',
        description:
          'Headers `x-timestamp` (seconds since 1970, at most 300 s off) and `x-signature`: lower-case hex HMAC-SHA256 of the timestamp followed by the ' +
          'body, by INTERNAL_HMAC_SECRET. `model_updated` (`data`: `model`, `version`, `updatedAt`) is kept; an event that is not known is accepted and ignored.',
        limit,
        consumes: { contentType: 'application/json', schema: MlEvent },
        responses: {
          200: { description: 'Taken in', schema: Taken },
          202: { description: 'Accepted; Palate does nothing with this event', schema: Taken },
          401: { description: 'Not signed, by another secret, or at another time', schema: Problem },
          409: { description: 'This very message was taken in already', schema: Problem },
        },
      },
      async ({ request, headers, log }) => {
        const timestamp = String(headers['x-timestamp'] ?? '');
        const signature = String(headers['x-signature'] ?? '');
        if (timestamp === '' || signature === '') throw refuse();
        const at = timeOf(timestamp);
        const rawBody = (await readJsonBytes(request, mostBytes)) ?? Buffer.alloc(0);
        if (!verifies(settings.internalHmacSecret ?? [], timestamp, rawBody, signature)) throw refuse();

        const message = await validate({ body: MlEvent }, { params: {}, query: {}, body: parseJson(rawBody) });
        const { event, data } = message.body;
        const model = event === 'model_updated' ? await modelOf(data, at) : null;
        await store.transaction(async (session) => {
          await store.mlEventReceipts.claim(timestamp, signature, session).catch((error: unknown) => {
            throw isDuplicateKey(error) ? takenAlready() : error;
          });
          if (model) await store.mlModels.keep(model, session);
        });
        log.info(
          { event, ...(model && { model: model.model, version: model.version }) },
          'the ML service told of something',
        );
        return model ? reply(200, { success: true, handled: true }) : reply(202, { success: true, handled: false });
      },
    ),
  ];
};
