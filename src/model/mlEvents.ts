import { z } from 'zod';
import { alsoStates } from './stated';

/** What the ML service tells Palate. Of an event or a key that is not known here nothing is kept: the other side may be newer. */

const name = z.string().trim().min(1).max(100);

/** `data` of `model_updated`. */
export const ModelUpdated = z.object({
  model: name.default('default'),
  version: z.union([name, z.number().transform(String)]).nullish(),
  updatedAt: z.iso
    .datetime({ offset: true, local: true })
    // Python's `isoformat` leaves UTC unsaid.
    .transform((text) => new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`))
    .nullish(),
});
export type ModelUpdated = z.infer<typeof ModelUpdated>;

export const MlEvent = alsoStates(
  z.object({
    event: name.meta({ example: 'model_updated' }),
    data: z.unknown().optional().meta({ description: 'Depends on the event' }),
  }),
  {
    anyOf: [
      { properties: { event: { not: { const: 'model_updated' } } } },
      { properties: { data: z.toJSONSchema(ModelUpdated, { io: 'input' }) } },
    ],
  },
).meta({ id: 'MlEvent' });
export type MlEvent = z.infer<typeof MlEvent>;

/** A model of the ML service, as it was last told. */
export interface MlModel {
  /** `default` where the service did not name it. */
  model: string;
  /** Null: it did not say. */
  version: string | null;
  /** When the model changed; the time of the message where it did not say. */
  updatedAt: Date;
  toldAt: Date;
}
