import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../model/ids';
import type { MealType } from '../model/meals';
import type { MealPlan, PlannedDay, Slot, SlotStatus } from '../model/plans';
import type { Weekday } from '../model/weekdays';
import { ownedRows } from './owned';

/**
 * Meal plans of a week. Every query names the owner: another's plan is not there.
 *
 * P1  What became of a slot is written into that slot alone, so that two marks at once lose nothing.
 * P2  A plan is rewritten only in a transaction that read it: a mark of meanwhile makes that one start again.
 */
interface PlanRow extends Omit<MealPlan, 'id'> {
  _id: Id;
}

export const plansCollection = 'meal_plans';

const slotSchema = new Schema<Slot>(
  {
    mealType: { type: String, required: true },
    mealId: { type: String, required: true },
    mealName: { type: String, required: true },
    cuisine: { type: String, default: null },
    status: { type: String, required: true },
    replacedWith: { type: String, default: null },
    statusAt: { type: Date, default: null },
  },
  { _id: false },
);
const daySchema = new Schema<PlannedDay>(
  {
    day: { type: String, required: true },
    date: { type: String, required: true },
    slots: { type: [slotSchema], required: true },
  },
  { _id: false },
);
const schema = new Schema<PlanRow>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, required: true },
    title: { type: String, required: true },
    weekStartDate: { type: String, required: true },
    days: { type: [daySchema], required: true },
    totals: { type: Schema.Types.Mixed, default: null },
    generatedBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false, collection: plansCollection },
);
schema.index({ ownerId: 1, _id: -1 });

const fromRow = ({ _id, ...rest }: PlanRow): MealPlan => ({ id: _id, ...rest });

/** Which slots a mark is about: all of one type on one day. */
export interface SlotOf {
  day: Weekday;
  mealType: MealType;
}
export interface Mark {
  status: Exclude<SlotStatus, 'planned'>;
  replacedWith: string | null;
}
export type Marked = 'marked' | 'marked before' | 'no slot' | 'no plan';

export function createPlanStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('MealPlan', schema);

  return {
    ...ownedRows(rows, fromRow),

    async create(plan: Omit<MealPlan, 'createdAt' | 'updatedAt'>, session: ClientSession): Promise<MealPlan> {
      const now = clock();
      const { id, ...rest } = plan;
      const row: PlanRow = { _id: id, ...rest, createdAt: now, updatedAt: now };
      await rows.insertMany([row], { session });
      return fromRow(row);
    },

    async find(id: Id, ownerId: Id, session: ClientSession | null = null): Promise<MealPlan | null> {
      const row = await rows.findOne({ _id: id, ownerId }, null, { session }).lean<PlanRow>();
      return row && fromRow(row);
    },

    /** Titles and weeks of the owner's plans among `ids`. */
    async titlesOf(ownerId: Id, ids: readonly Id[]): Promise<Pick<MealPlan, 'id' | 'title' | 'weekStartDate'>[]> {
      if (ids.length === 0) return [];
      const found = await rows
        .find({ _id: { $in: ids }, ownerId }, { title: 1, weekStartDate: 1 })
        .lean<Pick<PlanRow, '_id' | 'title' | 'weekStartDate'>[]>();
      return found.map(({ _id, title, weekStartDate }) => ({ id: _id, title, weekStartDate }));
    },

    /** Null where it is gone, or another's. In the transaction that read it (P2). */
    async replace(
      id: Id,
      ownerId: Id,
      plan: Pick<MealPlan, 'title' | 'weekStartDate' | 'days' | 'totals'>,
      session: ClientSession,
    ): Promise<MealPlan | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, ownerId },
          { $set: { ...plan, updatedAt: clock() } },
          { returnDocument: 'after', session },
        )
        .lean<PlanRow>();
      return row && fromRow(row);
    },

    /** Says what became of a slot; the meal that was planned stays. */
    async mark(id: Id, ownerId: Id, { day, mealType }: SlotOf, mark: Mark, session: ClientSession): Promise<Marked> {
      const now = clock();
      const otherwise = { status: { $ne: mark.status } };
      const otherMeal = { replacedWith: { $ne: mark.replacedWith } };
      const { matchedCount } = await rows.updateOne(
        {
          _id: id,
          ownerId,
          days: { $elemMatch: { day, slots: { $elemMatch: { mealType, $or: [otherwise, otherMeal] } } } },
        },
        {
          $set: {
            'days.$[day].slots.$[slot].status': mark.status,
            'days.$[day].slots.$[slot].replacedWith': mark.replacedWith,
            'days.$[day].slots.$[slot].statusAt': now,
            updatedAt: now,
          },
        },
        { arrayFilters: [{ 'day.day': day }, { 'slot.mealType': mealType }], session },
      );
      if (matchedCount === 1) return 'marked';
      const plan = await this.find(id, ownerId, session);
      if (!plan) return 'no plan';
      const slots = plan.days.filter((planned) => planned.day === day).flatMap((planned) => planned.slots);
      return slots.some((slot) => slot.mealType === mealType) ? 'marked before' : 'no slot';
    },

    async remove(id: Id, ownerId: Id, session: ClientSession): Promise<boolean> {
      return (await rows.deleteOne({ _id: id, ownerId }, { session })).deletedCount === 1;
    },
  };
}
export type PlanStore = ReturnType<typeof createPlanStore>;
