import { z } from 'zod';

/** What a kitchen has, and a meal needs. */
export const Appliance = z.enum(['stovetop', 'oven', 'microwave', 'air_fryer', 'blender']);
export type Appliance = z.infer<typeof Appliance>;

/** Other names that people and files have for them. */
const appliancesByName: Readonly<Record<string, Appliance>> = {
  stove: 'stovetop',
  gas_stove: 'stovetop',
  hob: 'stovetop',
  airfryer: 'air_fryer',
};

const withHas = (name: string) =>
  `has${name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`;
/** Those that are told to clients: `air_fryer` and `hasAirFryer` of each. `applianceOf` knows other spellings as well. */
export const applianceNames: readonly string[] = [...Appliance.options, ...Object.keys(appliancesByName)].flatMap(
  (name) => [name, withHas(name)],
);

/** `hasAirFryer`, "Air fryer" and `air_fryer` are one. */
export const applianceOf = (text: string): Appliance | undefined => {
  const name = text
    .trim()
    .replace(/^has(?=[A-Z])/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
  return Object.hasOwn(appliancesByName, name) ? appliancesByName[name] : Appliance.safeParse(name).data;
};
