import type { ClientSession } from 'mongoose';
import type { Id } from '../../model/ids';
import { active, type AccountRows } from './row';

/** How an account goes: at a time, or at once; `remove` comes last. */
export function createErasureMoves(rows: AccountRows, clock: () => Date) {
  return {
    /** Ends every token of the account, which is to be erased at `dueAt` unless its owner logs in before. False: it is not active. */
    async scheduleErasure(id: Id, dueAt: Date, session: ClientSession): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        active(id),
        { $set: { erasureDueAt: dueAt, endedSessions: [], updatedAt: clock() }, $inc: { sessionVersion: 1 } },
        { session },
      );
      return modifiedCount === 1;
    },

    /** False: no erasure is scheduled, or it has begun. */
    async cancelErasure(id: Id, session: ClientSession): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        { ...active(id), erasureDueAt: { $exists: true } },
        { $unset: { erasureDueAt: 1 } },
        { session },
      );
      return modifiedCount === 1;
    },

    /** From now on nobody can sign in and no token counts. False: it was being erased already, or is gone. */
    async markErasing(id: Id, session: ClientSession): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        active(id),
        {
          $set: { state: 'erasing', endedSessions: [], updatedAt: clock() },
          $unset: { erasureDueAt: 1 },
          $inc: { sessionVersion: 1 },
        },
        { session },
      );
      return modifiedCount === 1;
    },

    async remove(id: Id): Promise<number> {
      return (await rows.deleteOne({ _id: id })).deletedCount;
    },
  };
}
