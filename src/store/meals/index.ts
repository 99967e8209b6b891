import type { ClientSession, Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { ListedMeal, Meal, MealFacts, NamedMeal } from '../../model/meals';
import { isDuplicateKey } from '../faults';
import { transactionsOn } from '../transaction';
import { createCatalogue } from './catalogue';
import { createEmbeddings } from './embedding';
import { createMealImports } from './imports';
import { createLikes } from './likes';
import {
  factFields,
  fromRow,
  listedFields,
  listedFromRow,
  mealRows,
  type DerivedFacts,
  type ListedRow,
  type MealRow,
} from './row';

export type { CatalogueSnapshot, MealStats, Share } from './catalogue';
export type { MealEmbeddings, MealToEmbed } from './embedding';
export type { ImportedBatch, ImportedMeal, MealImportStore } from './imports';
export { likesCollection, type MealLikes, type Toggle } from './likes';
export { mealsCollection, type DerivedFacts } from './row';

/**
 * The meal catalogue.
 *
 * L1  Every write that changes what the catalogue shows raises its version in the same transaction, as its last write: who has a version
 *     has what it says, and who is told that nothing changed misses nothing. Counts of likes alone raise it at most once a minute, when it
 *     is read: until then a version may be read with counts of up to a minute apart.
 * L2  No meal is without an embedding: it is written with our own, and another method's takes its place where the facts are still the
 *     same.
 * L3  A deleted meal is there for nobody, and its row goes after `keepDeletedMs`; one that was imported stays, so that the file which
 *     brought it does not bring it back.
 * L4  A like counts once an account, and the count is that of the rows.
 */
export interface MealFilter {
  mealType?: MealFacts['mealType'] | undefined;
  cuisine?: string | undefined;
  costLevel?: MealFacts['costLevel'] | undefined;
  vegetarian?: boolean | undefined;
  /** All of them, as `mealWords` writes them. */
  words?: readonly string[] | undefined;
  /** And one that begins so. */
  begun?: string | undefined;
}

/** The picture of a meal that is written, and what is written with it. */
export interface WithImage {
  /** Null: none from now on. */
  id: Id | null;
  alongside?: (session: ClientSession) => Promise<void>;
}

const keepDeletedMs = 90 * 86_400_000;
/** A letter more than any word has. */
const after = '\uffff';

function queryOf({ mealType, cuisine, costLevel, vegetarian, words = [], begun = '' }: MealFilter) {
  const parts: object[] = words.map((word) => ({ words: word }));
  if (begun !== '') parts.push({ words: { $elemMatch: { $gte: begun, $lt: begun + after } } });
  return {
    active: true,
    ...(mealType !== undefined && { mealType }),
    ...(cuisine !== undefined && { cuisine }),
    ...(costLevel !== undefined && { costLevel }),
    ...(vegetarian === true && { isVegetarian: true }),
    ...(parts.length > 0 && { $and: parts }),
  };
}

export function createMealStore(connection: Connection, clock: () => Date = () => new Date()) {
  const rows = mealRows(connection);
  const transaction = transactionsOn(connection);
  const catalogue = createCatalogue(connection, clock, transaction);
  const find = async (id: Id): Promise<Meal | null> => {
    const row = await rows.findOne({ _id: id, active: true }).lean<MealRow>();
    return row && fromRow(row);
  };

  return {
    catalogue,
    likes: createLikes(connection, clock, transaction),
    embeddings: createEmbeddings(connection, catalogue, transaction),
    imports: createMealImports(connection, clock, catalogue, transaction),

    /**
     * Safe to repeat: the meal that stands under this id is given; null where it was deleted since. `full`: the account added `most`
     * already, deleted ones whose rows stand included.
     */
    async create(
      id: Id,
      createdBy: Id,
      facts: MealFacts,
      derived: DerivedFacts,
      most: number,
      image: WithImage = { id: null },
    ): Promise<Meal | 'full' | null> {
      const now = clock();
      const row: MealRow = {
        _id: id,
        ...factFields(facts, derived),
        createdBy,
        imageId: image.id,
        likeCount: 0,
        active: true,
        revision: 1,
        createdAt: now,
        updatedAt: now,
      };
      try {
        return await transaction(async (session) => {
          // Two at once do not both pass: each raises the version, so that one of them starts again and counts anew.
          if ((await rows.countDocuments({ createdBy }, { session })) >= most) return 'full';
          await rows.insertMany([row], { session });
          await image.alongside?.(session);
          await catalogue.raise(session);
          return fromRow(row);
        });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return find(id);
      }
    },

    findOne: find,

    /** Those of `ids` that are there, by id. */
    async find(ids: readonly Id[]): Promise<Map<Id, NamedMeal>> {
      const found = await rows
        .find({ _id: { $in: [...new Set(ids)] }, active: true }, { name: 1, cuisine: 1, mealType: 1, nutrition: 1 })
        .lean<Pick<MealRow, '_id' | 'name' | 'cuisine' | 'mealType' | 'nutrition'>[]>();
      return new Map(
        found.map(({ _id: id, name, cuisine, mealType, nutrition }) => [
          id,
          { id, name, cuisine, mealType, nutrition },
        ]),
      );
    },

    /** The latest first: those before `from.id`, or beyond the first `from.skip`. */
    async list(filter: MealFilter, limit: number, from: { before: Id } | { skip: number }): Promise<ListedMeal[]> {
      const found = await rows
        .find({ ...queryOf(filter), ...('before' in from && { _id: { $lt: from.before } }) }, listedFields)
        .sort({ _id: -1 })
        .skip('skip' in from ? from.skip : 0)
        .limit(limit)
        .lean<ListedRow[]>();
      return found.map(listedFromRow);
    },

    async count(filter: MealFilter): Promise<number> {
      return rows.countDocuments(queryOf(filter));
    },

    /** False where it was changed since `revision`, or deleted. Without `image` its picture stays. */
    async replace(
      id: Id,
      revision: number,
      facts: MealFacts,
      derived: DerivedFacts,
      image?: WithImage,
    ): Promise<boolean> {
      return transaction(async (session) => {
        const { matchedCount } = await rows.updateOne(
          { _id: id, revision, active: true },
          {
            $set: { ...factFields(facts, derived), ...(image && { imageId: image.id }), updatedAt: clock() },
            $inc: { revision: 1 },
          },
          { session },
        );
        if (matchedCount === 1) await image?.alongside?.(session);
        if (matchedCount === 1) await catalogue.raise(session);
        return matchedCount === 1;
      });
    },

    /** `alongside` is written in the same transaction. False where there is none. */
    async remove(id: Id, alongside?: (session: ClientSession) => Promise<void>): Promise<boolean> {
      return transaction(async (session) => {
        const row = await rows
          .findOneAndUpdate({ _id: id, active: true }, { $set: { active: false } }, { session })
          .lean<MealRow>();
        if (!row) return false;
        if (row.importKey === undefined)
          await rows.updateOne(
            { _id: id },
            { $set: { purgeAt: new Date(clock().getTime() + keepDeletedMs) } },
            { session },
          );
        await alongside?.(session);
        await catalogue.raise(session);
        return true;
      });
    },

    async countOf(createdBy: Id): Promise<number> {
      return rows.countDocuments({ createdBy, active: true });
    },

    /** For the export: the meals that an account added, oldest first. */
    async allOf(createdBy: Id, limit: number, last: Id | null): Promise<ListedMeal[]> {
      const found = await rows
        .find({ createdBy, active: true, ...(last !== null && { _id: { $gt: last } }) }, listedFields)
        .sort({ _id: 1 })
        .limit(limit)
        .lean<ListedRow[]>();
      return found.map(listedFromRow);
    },

    /** For erasure: the meals stay, and nobody added them; their pictures go with the account's own. */
    async disown(createdBy: Id): Promise<number> {
      return transaction(async (session) => {
        const { modifiedCount } = await rows.updateMany(
          { createdBy },
          { $set: { createdBy: null, imageId: null } },
          { session },
        );
        if (modifiedCount > 0) await catalogue.raise(session);
        return modifiedCount;
      });
    },
  };
}
export type MealStore = ReturnType<typeof createMealStore>;
