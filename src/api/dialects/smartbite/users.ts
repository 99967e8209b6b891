import type { z } from 'zod';
import type { Account } from '../../../model/accounts';
import type { Id } from '../../../model/ids';
import type { AccountDeps } from '../../accounts/deps';
import { userForSmartbite, type SmartbiteUser } from './profile';

/** A user as SmartBite's app reads it, with what stands beside the account: liked meals, avatar, medical notes. */
const mostFavourites = 1_000;

/** Which row and field a sealed text is of. */
const notesOf = (id: Id) => `account:${id}:medical-notes`;

export interface SmartbiteUsers {
  present(account: Account, origin: string): Promise<z.input<typeof SmartbiteUser>>;
  seal(id: Id, notes: string): string;
}

export const createSmartbiteUsers = ({
  store,
  sealer,
  pictures,
}: Pick<AccountDeps, 'store' | 'sealer' | 'pictures'>): SmartbiteUsers => ({
  async present(account, origin) {
    const [liked, notes, urls] = await Promise.all([
      store.meals.likes.allOf(account.id, mostFavourites, null),
      medicalNotes({ store, sealer }, account.id),
      account.avatarId === null ? undefined : pictures?.urls([account.avatarId], origin),
    ]);
    return userForSmartbite(account, {
      favoriteMeals: liked.map(({ id }) => id),
      medicalNotes: notes,
      avatarUrl: urls?.get(account.avatarId ?? '') ?? null,
    });
  },
  seal: (id, notes) => sealer.seal(notes, notesOf(id)),
});

/** For their owner; null: none. Throws `SealBroken` where the key that sealed them is not known any more. */
export async function medicalNotes(
  { store, sealer }: Pick<AccountDeps, 'store' | 'sealer'>,
  id: Id,
): Promise<string | null> {
  const sealed = await store.accounts.medicalNotesOf(id);
  return sealed === null ? null : sealer.open(sealed, notesOf(id));
}
