import { foodlogAirecAccounts } from '../dialects/foodlogAirec/accounts';
import { macromindAccounts } from '../dialects/macromind/accounts';
import { smartbiteAccounts } from '../dialects/smartbite/accounts';
import type { Route } from '../route';
import type { Accounts } from './accounts';
import type { AccountDeps } from './deps';
import { ownAccountRoutes } from './own';

/** One account, whichever client it was opened with. */
export const accountRoutes = (accounts: Accounts, deps: AccountDeps): Route[] => [
  ...foodlogAirecAccounts(accounts),
  ...macromindAccounts(accounts, deps),
  ...ownAccountRoutes(accounts),
  ...smartbiteAccounts(accounts, deps),
];
