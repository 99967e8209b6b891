import type { Connection } from 'mongoose';
import { newId } from '../../src/store/ids';
import { createStore } from '../../src/store/store';
import { analysisIn } from '../ml/knownFoods';

const words = [
  'two fried eggs and a slice of toast',
  'a bowl of oatmeal with a banana',
  'two slices of cheese pizza and a glass of whole milk',
  'an apple',
  'grilled salmon with rice and broccoli',
];
const mealsADay = 5;
const dayMs = 86_400_000;
const rowsAtOnce = 1000;

/**
 * Puts `count` meals into the log of an account, back from now and five a day, right into MongoDB. `versions`: how many earlier figures each
 * has, of as many items as a caption gives.
 */
export async function fillLog(mongo: Connection, ownerId: string, count: number, versions = 0): Promise<void> {
  const store = createStore(mongo);
  const entries = mongo.collection<{ _id: string }>('entries');
  const samples: Record<string, unknown>[] = [];
  for (const caption of words) {
    const analysis = analysisIn(caption);
    if (!analysis) throw new Error(`No food in ${JSON.stringify(caption)}`);
    const id = newId();
    await store.photos.createMeal({
      id,
      ownerId,
      caption,
      consumedAt: new Date(),
      consumedAtSource: 'stated',
      analysis,
    });
    const row = await entries.findOne({ _id: id });
    const earlier = Array.from({ length: versions }, (_, revision) => ({
      revision,
      replacedAt: new Date(),
      by: 'user',
      analysis,
      consumedAt: new Date(),
    }));
    samples.push({ ...row, ...(versions > 0 && { versions: earlier }) });
  }
  for (let from = samples.length; from < count; from += rowsAtOnce)
    await entries.insertMany(
      Array.from({ length: Math.min(rowsAtOnce, count - from) }, (_, i) => ({
        ...samples[(from + i) % samples.length],
        _id: newId(),
        consumedAt: new Date(Date.now() - ((from + i) * dayMs) / mealsADay),
      })),
    );
}
