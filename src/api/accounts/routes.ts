import type { Route } from '../route';
import type { Accounts } from './accounts';
import type { AccountDeps } from './deps';
import { foodlogAirecDoor } from './foodlogAirecDoor';
import { macromindDoor } from './macromindDoor';
import { smartbiteDoor } from './smartbiteDoor';

/** One account behind every door. */
export const accountRoutes = (accounts: Accounts, deps: AccountDeps): Route[] => [
  ...foodlogAirecDoor(accounts),
  ...macromindDoor(accounts, deps),
  ...smartbiteDoor(accounts, deps),
];
