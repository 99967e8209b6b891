import type { Id } from '../../model/ids';
import { SealBroken } from '../../store/sealed';
import type { AccountDeps } from './deps';

/** What somebody's doctor would know: sealed at rest, and opened for its owner alone. */
export interface MedicalNotes {
  seal(id: Id, notes: string): string;
  /**
   * Null: none, or none that our keys open. Who lost a key must not lose the people with it: they log in and export what else there is,
   * and the seal stays for the day the key is back.
   */
  of(id: Id): Promise<string | null>;
}

/** Which row and field a sealed text is of. */
const place = (id: Id) => `account:${id}:medical-notes`;

export const createMedicalNotes = ({
  store,
  sealer,
  log,
}: Pick<AccountDeps, 'store' | 'sealer' | 'log'>): MedicalNotes => ({
  seal: (id, notes) => sealer.seal(notes, place(id)),
  async of(id) {
    const sealed = await store.accounts.medicalNotesOf(id);
    if (sealed === null) return null;
    try {
      return sealer.open(sealed, place(id));
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      log.warn(
        { err: error },
        'medical notes cannot be opened: their key is not among PALATE_ENCRYPTION_KEYS any more',
      );
      return null;
    }
  },
});
