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
import { projectsVariables } from './variables/projects';
import { requestsVariables } from './variables/requests';

/**
 * Every variable Palate reads, once.
 *
 * S1  A field is the camel-case name of its variable, with a unit or a plural where the variable has none.
 * S2  A default is written as a person would set it and parsed like anything else, so the documented default is the one in force.
 * S3  Without a default a field is required, unless it may be null: then `unset` says what happens without it.
 * S4  Examples are always valid: where there is no default they stand in for a bad value while the rest is checked.
 */
/** By the title under which the settings page shows them. */
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
  Projects: projectsVariables,
  'Context sync': contextVariables,
  Circuits: circuitsVariables,
} as const;

type Variables = Intersection<(typeof settingGroups)[keyof typeof settingGroups]>;
type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer All) => void ? All : never;

/** The fields of all groups. Throws where two groups have one: the later would silently win. */
export function fieldsOf(
  groups: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>,
): Readonly<Record<string, z.ZodType>> {
  const all = new Map<string, { schema: z.ZodType; group: string }>();
  for (const [group, fields] of Object.entries(groups))
    for (const [field, schema] of Object.entries(fields)) {
      const other = all.get(field);
      if (other) throw new Error(`The setting ${field} is in two groups: ${other.group} and ${group}.`);
      all.set(field, { schema, group });
    }
  return Object.fromEntries([...all].map(([field, { schema }]) => [field, schema]));
}

const variables = fieldsOf(settingGroups);

export const SettingsSchema = z.object(variables as Variables);
