import type { z } from 'zod';
import type { Account } from '../../../model/accounts';
import type { AccountDeps } from '../../accounts/deps';
import { createMedicalNotes, type MedicalNotes } from '../../accounts/medicalNotes';
import { userForSmartbite, type SmartbiteUser } from './profile';

/** A user as SmartBite's app reads it, with what stands beside the account: liked meals, avatar, medical notes. */
const mostFavourites = 1_000;

export interface SmartbiteUsers {
  present(account: Account, origin: string): Promise<z.input<typeof SmartbiteUser>>;
  /** What is written in the place of medical notes. */
  seal: MedicalNotes['seal'];
  notesWriter: MedicalNotes['writer'];
}

export const createSmartbiteUsers = (
  deps: Pick<AccountDeps, 'store' | 'sealer' | 'pictures' | 'log'>,
): SmartbiteUsers => {
  const { store, pictures } = deps;
  const medicalNotes = createMedicalNotes(deps);
  return {
    async present(account, origin) {
      const [liked, notes, urls] = await Promise.all([
        store.meals.likes.allOf(account.id, mostFavourites, null),
        medicalNotes.of(account.id),
        account.avatarId === null ? undefined : pictures?.urls([account.avatarId], origin),
      ]);
      return userForSmartbite(account, {
        favoriteMeals: liked.map(({ id }) => id),
        medicalNotes: notes,
        avatarUrl: urls?.get(account.avatarId ?? '') ?? null,
      });
    },
    seal: (id, notes) => medicalNotes.seal(id, notes),
    notesWriter: (id) => medicalNotes.writer(id),
  };
};
