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
  /**
   * How new notes are written down, null taking them away. Undefined: not at all, as whoever was shown none of notes that cannot be opened
   * sends none back.
   */
  writer(id: Id): Promise<(notes: string | null) => string | null | undefined>;
}

/** Which row and field a sealed text is of. */
const place = (id: Id) => `account:${id}:medical-notes`;

export const createMedicalNotes = ({
  store,
  sealer,
  log,
}: Pick<AccountDeps, 'store' | 'sealer' | 'log'>): MedicalNotes => {
  const seal = (id: Id, notes: string) => sealer.seal(notes, place(id));
  /** `lost`: there are some, and their key is not there. */
  const read = async (id: Id): Promise<{ notes: string | null; lost: boolean }> => {
    const sealed = await store.accounts.medicalNotesOf(id);
    if (sealed === null) return { notes: null, lost: false };
    try {
      return { notes: sealer.open(sealed, place(id)), lost: false };
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      log.warn(
        { err: error },
        'medical notes cannot be opened: their key is not among PALATE_ENCRYPTION_KEYS any more',
      );
      return { notes: null, lost: true };
    }
  };
  return {
    seal,
    async of(id) {
      const { notes } = await read(id);
      return notes;
    },
    async writer(id) {
      const { lost } = await read(id);
      return (notes) => (notes !== null ? seal(id, notes) : lost ? undefined : null);
    },
  };
};
