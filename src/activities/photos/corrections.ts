import { Context } from '@temporalio/activity';
import type { Id } from '../../model/ids';
import type { Analysis, Correction, Entry, Refining } from '../../model/photos';
import { hasItem, mostItems, newItem } from '../../ml/foods';
import type { PhotoStore } from '../../store/photos';
import type { PhotoFactStore } from '../../store/photos/facts';
import type { Figures } from './asking';
import type { Nutrition } from './nutrition';
import { entryGone } from './openings';

/**
 * The user's words, worked into the figures of an entry.
 *
 * C1  Figures that had to come from our own table are provisional, and the run of the word that made them so asks for better ones.
 * C2  A word about one item leaves the others as they are. So where provisional figures stand already, its run takes over what was said
 *     before (`Refining`), and refines the figures of all: those of the machine, then those of each word, in order.
 * C3  Words that nobody knows lose nothing: what stood before stands, and a photo without figures waits for its label as before.
 */
export function createCorrections(deps: {
  photos: Pick<PhotoStore, 'find' | 'findClassification' | 'refiningOf' | 'applyCorrection' | 'refineCorrection'>;
  facts: Pick<PhotoFactStore, 'recordCorrected'>;
  nutrition: Nutrition;
  confidenceThreshold: number;
}) {
  const { photos, nutrition } = deps;

  /** `over` as FoodData Central has it, where it is what a machine found while that was away. */
  const machineFigures = async (
    entry: Entry,
    over: Analysis | null,
    figures: Figures,
    signal: AbortSignal,
  ): Promise<Analysis | null> => {
    if (figures === 'table' || over?.provisional !== true) return over;
    const classification = await photos.findClassification(entry.id);
    return nutrition.analyse(entry, classification, namedBy(over, deps.confidenceThreshold), figures, signal);
  };

  /** Null: nobody knows what the words name, and there is nothing else that the entry shows figures of. */
  const workOut = async (
    entry: Entry,
    { word, earlier = [], over }: Omit<Refining, 'workflowId'>,
    figures: Figures,
    signal: AbortSignal,
  ): Promise<Analysis | null> => {
    const words = [...earlier, word];
    const item = words[0]?.item ?? null;
    const found = item === null ? over : await machineFigures(entry, over, figures, signal);
    // Named otherwise by now, it may not have the item that the first word is about.
    const isThere = found !== null && item !== null && (item === newItem || hasItem(found, item));
    let analysis = isThere ? found : over;
    let provisional = false;
    for (const one of words) {
      analysis = await nutrition.correct({ ...entry, analysis }, one, figures, signal);
      provisional ||= analysis?.provisional === true;
    }
    return analysis && { ...analysis, ...(provisional && { provisional }) };
  };

  /** What a word is to be worked into, and worked in with. */
  const standing = async (entry: Entry, word: Correction): Promise<Omit<Refining, 'workflowId'>> => {
    const alone = { word, over: entry.analysis };
    if (typeof word.item !== 'string' || entry.analysis?.provisional !== true) return alone;
    const refining = await photos.refiningOf(entry.id);
    if (!refining || refining.word.at.getTime() !== entry.correctedAt?.getTime()) return alone;
    const earlier = [...(refining.earlier ?? []), refining.word];
    return earlier.length < mostItems ? { word, earlier, over: refining.over } : alone;
  };

  return {
    /**
     * Works the word in that waits. `provisional`: with figures of our own table, as FoodData Central is away; this run refines them. Safe to
     * repeat.
     */
    async applyCorrection(entryId: Id, figures: Figures): Promise<'corrected' | 'provisional' | 'superseded'> {
      const { cancellationSignal } = Context.current();
      const workflowId = runOf(Context.current());
      const entry = await photos.find(entryId);
      const word = entry?.pendingCorrection;
      if (!word) {
        // Perhaps by an attempt whose answer was lost.
        const refining = entry && (await photos.refiningOf(entryId));
        return refining?.workflowId === workflowId ? 'provisional' : 'superseded';
      }
      const said = await standing(entry, word);
      const analysis = await workOut(entry, said, figures, cancellationSignal);
      const provisional = analysis?.provisional === true;
      // First, as the word stands whatever becomes of this attempt, and the next would find it worked in.
      if (analysis) await deps.facts.recordCorrected(entryId, { what: word.food === null ? 'weight' : 'food' });
      const refining = provisional ? { workflowId, ...said } : null;
      if (!(await photos.applyCorrection(entryId, word.at, analysis, refining))) return 'superseded';
      return provisional ? 'provisional' : 'corrected';
    },

    /** Better figures for a correction, if FoodData Central answers now: its foods stay, and so does a later word. Safe to repeat. */
    async refineCorrection(entryId: Id): Promise<'refined' | 'user spoke'> {
      const { cancellationSignal } = Context.current();
      const [entry, refining] = await Promise.all([photos.find(entryId), photos.refiningOf(entryId)]);
      if (!entry) throw entryGone();
      const stands =
        refining?.workflowId === runOf(Context.current()) &&
        entry.analysis?.provisional === true &&
        entry.pendingCorrection === null &&
        entry.correctedAt?.getTime() === refining.word.at.getTime();
      if (!stands) return 'user spoke';
      const analysis = await workOut(entry, refining, 'fooddata', cancellationSignal);
      if (await photos.refineCorrection(entryId, refining.word.at, analysis)) return 'refined';
      if (!(await photos.find(entryId))) throw entryGone();
      return 'user spoke';
    },
  };
}

/** The run that an activity is of. */
const runOf = ({ info }: Context): string => info.workflowExecution?.workflowId ?? '';

/** Who named the food of figures that nobody corrected; a classifier that was sure also where the user's words went before it. */
export const namedBy = ({ inferenceSource, classification }: Analysis, threshold: number): 'classifier' | 'caption' =>
  inferenceSource !== 'caption' || (classification?.candidates[0]?.confidence ?? 0) >= threshold
    ? 'classifier'
    : 'caption';
