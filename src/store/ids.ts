import { Types } from 'mongoose';
import type { Id } from '../model/ids';

/** A new row id: 24 hexadecimal digits, later ones sort after earlier ones (to the second, then by process). */
export const newId = (): Id => new Types.ObjectId().toHexString();
