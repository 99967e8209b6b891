import { z } from 'zod';
import { accountsVariables } from './variables/accounts';
import { circuitsVariables } from './variables/circuits';
import { classifiersVariables } from './variables/classifiers';
import { contextVariables } from './variables/context';
import { enginesVariables } from './variables/engines';
import { foodDataVariables } from './variables/foodData';
import { mealsVariables } from './variables/meals';
import { objectsVariables } from './variables/objects';
import { photosVariables } from './variables/photos';
import { processVariables } from './variables/process';
import { requestsVariables } from './variables/requests';

/**
 * Every variable Palate reads, once.
 *
 * S1  A field is the camel-case name of its variable, with a unit or a plural where the variable has none.
 * S2  A default is written as a person would set it and parsed like anything else, so the documented default is the one in force.
 * S3  Without a default a field is required, unless it may be null: then `unset` says what happens without it.
 * S4  Examples are always valid: where there is no default they stand in for a bad value while the rest is checked.
 */
export const settingGroups = {
  Process: processVariables,
  Requests: requestsVariables,
  Engines: enginesVariables,
  Objects: objectsVariables,
  'Accounts and secrets': accountsVariables,
  Photos: photosVariables,
  Classifiers: classifiersVariables,
  'Food data': foodDataVariables,
  Meals: mealsVariables,
  'Context sync': contextVariables,
  Circuits: circuitsVariables,
} as const;

export const SettingsSchema = z.object({
  ...processVariables,
  ...requestsVariables,
  ...enginesVariables,
  ...objectsVariables,
  ...accountsVariables,
  ...photosVariables,
  ...classifiersVariables,
  ...foodDataVariables,
  ...mealsVariables,
  ...contextVariables,
  ...circuitsVariables,
});
