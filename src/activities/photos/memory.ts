import { isSamePlate, nearest, spokenLabel } from '../../ml/pictures';
import { allItems, type FoodTable } from '../../ml/foods';
import type { AnalyzedItem } from '../../model/foods';
import type { Id } from '../../model/ids';
import { mostPlateFoods, type Candidate, type Classification, type Entry, type PlateFood } from '../../model/photos';
import type { PhotoStore } from '../../store/photos';
import type { Asked } from './classify';

/**
 * What a user corrected before, recognised by how it looks.
 *
 * M1  Only pictures of the same owner are looked at, and only corrected ones: a machine's guess is never remembered as a fact.
 * M2  A plate that looks nearly identical outweighs a classifier: what its owner said of it comes first, with the weights they gave.
 * M3  What was not counted is not remembered: a food of which nobody eats so much, or of which there was nothing.
 * M4  What merely resembles speaks only where nobody else could, and only as sure as the likeness is.
 */
const mostRemembered = 300;
const neighbours = 5;
const mostCandidates = 5;

/** Weights that the owner stated; usual portions are looked up anew. */
const stated: readonly AnalyzedItem['portionSource'][] = ['given', 'caption', 'memory'];

interface Remembered {
  id: Id;
  signature: Uint8Array;
}

export function createMemory({ photos, foods }: { photos: PhotoStore; foods: FoodTable }) {
  const recall = async (entry: Entry): Promise<{ own: Uint8Array; remembered: Remembered[] } | null> => {
    const own = await photos.signatureOf(entry.id);
    if (!own || entry.ownerId === null) return null;
    const corrected = await photos.correctedPictures(entry.ownerId, mostRemembered);
    return { own, remembered: corrected.filter(({ id }) => id !== entry.id) };
  };

  /**
   * What its owner said is on the plate of an entry, each food as sure as `confidence`, also what nobody knew then: a meal that was
   * incomplete is so again. What words were said in place of is not on it (M1). Empty where the entry is gone.
   */
  const plateOf = async (id: Id, confidence: number): Promise<PlateFood[]> => {
    const { items = [], unrecognized = [] } = (await photos.find(id))?.analysis ?? {};
    const replaced = new Set(unrecognized.flatMap(({ instead }) => instead ?? []));
    const isOn = ({ id: item = '', grams }: AnalyzedItem) =>
      grams > 0 && !replaced.has(allItems) && !replaced.has(item);
    const meant = items.filter(isOn);
    const known = meant.map(({ label, grams, portionSource }) => ({
      label,
      confidence,
      grams: stated.includes(portionSource) ? grams : null,
    }));
    const unnamed = unrecognized.filter(({ tooMuch, pastLimit }) => tooMuch !== true && pastLimit !== true);
    const unknown = unnamed.map(({ text }) => ({ label: text, confidence, grams: null }));
    return [...known, ...unknown].slice(0, mostPlateFoods);
  };

  const sameFood = (a: string, b: string): boolean => {
    const [one, other] = [foods.byLabel(a), foods.byLabel(b)];
    return one !== null && other !== null ? one === other : a.toLowerCase() === b.toLowerCase();
  };

  const named = (plate: readonly PlateFood[]) => plate.map(({ label }) => label).join(', ');

  type Recalled = () => ReturnType<typeof recall>;

  /** A member of the chain: speaks where pictures of the owner resemble this one. */
  const member = (recalled: Recalled): Asked => ({
    source: 'memory',
    model: 'corrected pictures',
    async ask() {
      const known = await recalled();
      if (!known) return { candidates: [] };
      const near = nearest(known.own, known.remembered, neighbours);
      const plates = await Promise.all(
        near.map(async (one) => ({ ...one, plate: await plateOf(one.id, one.confidence) })),
      );
      const spoken = spokenLabel(
        plates.filter(({ plate }) => plate.length > 0).map((one) => ({ ...one, label: named(one.plate) })),
      );
      if (!spoken) return { candidates: [] };
      const { label, confidence, nearest: closest } = spoken;
      return { candidates: [{ label, confidence }], foods: closest.plate };
    },
  });

  /** What a classifier said, with the owner's own word of a nearly identical plate before it. */
  const rank = async (recalled: Recalled, said: Classification): Promise<Classification> => {
    const known = await recalled();
    if (!known) return said;
    const [closest] = nearest(known.own, known.remembered, 1);
    if (!closest || !isSamePlate(known.own, closest.signature)) return said;
    const plate = await plateOf(closest.id, closest.confidence);
    if (plate.length === 0) return said;
    const [only, ...more] = plate;
    const among =
      more.length === 0 && only ? said.candidates.find(({ label }) => sameFood(label, only.label)) : undefined;
    const first: Candidate = {
      label: among?.label ?? named(plate),
      confidence: Math.max(among?.confidence ?? 0, closest.confidence),
    };
    return {
      ...said,
      // It is the classifier's own word where it was among its candidates.
      ...(among ? {} : { source: 'memory' as const, model: 'corrected pictures' }),
      candidates: [first, ...said.candidates.filter((one) => one !== among)].slice(0, mostCandidates),
      foods: plate,
      rankedBy: closest.id,
    };
  };

  return {
    /** For one look at an entry: the owner's pictures are read at most once, and only when somebody needs them. */
    of(entry: Entry) {
      let reading: ReturnType<typeof recall> | undefined;
      const recalled = () => (reading ??= recall(entry));
      return { member: member(recalled), rank: (said: Classification) => rank(recalled, said) };
    },
  };
}
