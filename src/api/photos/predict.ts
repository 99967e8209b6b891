import { createHash } from 'node:crypto';
import { z } from 'zod';
import { maxMealLength } from '../../ml/reading';
import type { Caller } from '../deps';
import { orBlank } from '../../model/stated';
import { Problem, problem } from '../errors';
import { reply, stream, type Reply, type Route } from '../route';
import { validate } from '../validation';
import type { PhotoDeps } from './deps';
import { MealTime, momentOf, timeZoneOf } from './mealTime';
import { presentEntry, presentRejection, PhotoView, RejectionView } from './present';
import { receivePicture } from './receive';
import { ingestPicture } from './ingest';
import { asLogEntry, waitUntilSettled, type LogEntry } from './wait';

/** `POST /predict`: a photo comes in, is waited for, and answered from MongoDB. */

const StatedGrams = z.number().positive().max(20_000);
/** Decimals, also as programs write small ones: `Number` alone would read `0x10` as well. */
const Grams = z
  .string()
  .trim()
  .regex(/^[+-]?\d{1,9}(?:\.\d{0,30})?(?:e[+-]?\d{1,3})?$/i, 'must be a number, as 250 or 62.5')
  .transform(Number)
  .pipe(StatedGrams);

/** `food` of a 202: FoodLog's clients know no 202, and show what they find there. */
const stillAnalysing = 'Still being analysed';

const fieldsOf = (clock: () => Date) =>
  z.strictObject({
    caption: orBlank(z.string().trim().max(maxMealLength)),
    grams: orBlank(Grams),
    meal_date: orBlank(MealTime(clock)),
    consumed_at: orBlank(MealTime(clock)),
  });

export const predictRoutes = (deps: PhotoDeps): Route[] => {
  const Sent = fieldsOf(deps.clock);
  const Fields = Sent.transform(({ meal_date, consumed_at, ...rest }) => ({
    ...rest,
    stated: consumed_at ?? meal_date ?? null,
  }));
  const settled = z.union([PhotoView, RejectionView]);
  return [
    stream(
      {
        method: 'post',
        path: '/predict',
        access: 'optional',
        tag: 'photos',
        summary: 'A meal photo becomes nutrition',
        description:
          'Waits until the figures stand; answers 202 with `Location` where that takes longer. Send `Idempotency-Key` to make a repeat safe. ' +
          'With `caption` nothing is rejected: where the classifier is unsure, or none is configured, your words name the food.',
        idempotent: true,
        consumes: {
          contentType: 'multipart/form-data',
          schema: z.strictObject({
            photo: z.string().meta({
              format: 'binary',
              minLength: 1,
              description: 'The picture; the field may also be called `image`. Where both are sent, `photo` counts',
            }),
            image: z.string().optional().meta({ format: 'binary', description: 'See `photo`' }),
            ...Sent.shape,
            // A number is what a form writes as the text that `Grams` reads.
            grams: orBlank(StatedGrams),
          }),
        },
        responses: {
          200: { description: 'Analysed, waiting for a label, or rejected', schema: settled, headers: ['location'] },
          202: {
            description: `Still being analysed, or a classifier is still being asked; \`food\` is "${stillAnalysing}"`,
            schema: PhotoView,
            headers: ['location'],
          },
          410: {
            description: 'The photo was deleted while it was being analysed, or before a repeat under its key',
            schema: Problem,
          },
          ...(deps.settings.hfRejectionStatusCode !== 200 && {
            [deps.settings.hfRejectionStatusCode]: { description: 'Rejected', schema: RejectionView },
          }),
        },
      },
      async (context): Promise<Reply<200, z.input<typeof settled>> | Reply<202, PhotoView>> => {
        const { caller, signal } = context;
        const received = await receivePicture(deps, context.request, signal);
        try {
          const { body } = await validate(
            { body: Fields },
            { params: undefined, query: undefined, body: received.fields },
          );
          const timeZone = await timeZoneOf(deps, caller);
          const { stated, ...said } = body;
          const fields = { ...said, statedAt: stated && momentOf(stated, timeZone) };
          const digest = createHash('sha256').update(received.sha256).update(JSON.stringify(fields)).digest('hex');
          return await context.idempotent(digest, async (resourceId) => {
            const launched = await ingestPicture(deps, {
              id: resourceId,
              kind: 'photo',
              caller,
              ip: context.ip,
              received,
              fields,
              requestId: context.requestId,
            });
            if (launched.id !== resourceId) await context.shows(launched.id);
            // Where the run could not be started, the launcher will: nothing is gained by waiting here.
            const entry = launched.started
              ? await waitUntilSettled(deps, launched.id, signal)
              : asLogEntry(await deps.store.photos.find(launched.id));
            const passedBy = entry && launched.id !== resourceId ? wordsPassedBy(entry, fields) : undefined;
            return answer(deps, entry, caller, context.origin, timeZone, passedBy);
          });
        } finally {
          await received.discard();
        }
      },
    ),
  ];
};

/** Says that the same picture was there already with other words, which stand, and how these are brought in; else undefined. */
function wordsPassedBy(
  { id, caption, statedGrams }: LogEntry,
  sent: { caption?: string | undefined; grams?: number | undefined },
): string | undefined {
  const differ = [
    ...(sent.caption !== undefined && sent.caption !== caption ? ['caption'] : []),
    ...(sent.grams !== undefined && sent.grams !== statedGrams ? ['grams'] : []),
  ];
  if (differ.length === 0) return undefined;
  const [of, ways] = [differ.join(' and '), differ.map((what) => (what === 'grams' ? '"grams": …' : '"food": "…"'))];
  return (
    `This very picture is in the log already. What came with it the first time stands, and the ${of} sent now changed nothing. ` +
    `To correct the entry: PATCH /history/${id} {${ways.join(', ')}}. For another meal send consumed_at too.`
  );
}

/** What `/predict` says about an entry as it stands; `first`, before what the entry itself has to say. */
function answer(
  deps: PhotoDeps,
  entry: LogEntry | null,
  caller: Caller | null,
  origin: string,
  timeZone: string,
  first?: string,
) {
  if (!entry) throw problem('gone', { detail: 'The photo was deleted while it was being analysed.' });
  if (entry.state === 'failed')
    throw problem('unprocessable', { detail: entry.failure?.message ?? 'The photo could not be analysed.' });
  if (entry.state === 'hf_rejected') return reply(deps.settings.hfRejectionStatusCode as 200, presentRejection(entry));
  const shown = presentEntry(deps, entry, origin, timeZone);
  const view = first === undefined ? shown : { ...shown, message: [first, shown.message].filter(Boolean).join(' ') };
  const key = caller ? '' : `?key=${deps.capabilities.issue(`photo:${entry.id}`)}`;
  const location = { location: `/photos/${entry.id}${key}` };
  if (entry.state === 'analyzed' || (entry.state === 'needs_label' && !entry.retrying))
    return reply(200, view, location);
  return reply(202, { ...view, food: stillAnalysing }, location, { settled: false });
}
