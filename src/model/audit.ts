import { z } from 'zod';
import type { Id } from './ids';

/** What people with rights did, or looked at; the first part names the feature that it is about. */
export const AuditAction = z.enum([
  'user.view',
  'user.find',
  'erasures.view',
  'sync.replay',
  'sync.dismiss',
  'syncs.replay',
  'replay.pause',
  'replay.resume',
  'replay.cancel',
  'role.give',
  'role.take',
]);
export type AuditAction = z.infer<typeof AuditAction>;

/** The actor where somebody acts at the database (`npm run admin`), as whom nobody can tell. */
export const operatorId: Id = '0'.repeat(24);

export interface AuditEntry {
  id: Id;
  at: Date;
  /** `email` as it was then; null once that account was erased. */
  actor: { id: Id; email: string | null };
  action: AuditAction;
  /** Id of the account or the replay that it was done to; null where it was about none: a list, or a search that found nobody. */
  target: Id | null;
  /** In the words of whoever did it, or the roles after and before; null where none were asked for, or the target was erased. */
  reason: string | null;
}
