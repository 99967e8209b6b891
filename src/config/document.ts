import { documented, type SettingDoc } from './documented';
import { settingGroups } from './schema';

/** `docs/settings.md`: every variable by group, from the schema itself. `npm run settings:doc` writes it, a test compares it. */
export const settingsDocument = (): string =>
  [
    '# Settings',
    '',
    'Environment variables, read once at start. Whatever is wrong is listed at once, and nothing starts.',
    'A secret (“never printed”) may be in a file instead: `JWT_SECRET_FILE=/run/secrets/jwt_secret` names it, and so `…_FILE` for each of them.',
    'An empty value counts as unset. Made from `src/config/variables` by `npm run settings:doc`.',
    ...Object.entries(settingGroups).flatMap(([title, fields]) => [
      '',
      `## ${title}`,
      '',
      '| variable | meaning | default |',
      '|---|---|---|',
      ...Object.values(fields).map((schema) => row(documented.get(schema))),
    ]),
    '',
  ].join('\n');

const row = (doc: SettingDoc | undefined): string => {
  if (doc === undefined) throw new Error('A setting has no documentation');
  const meaning = doc.secret === true ? `${doc.meaning} Never printed.` : doc.meaning;
  return `| \`${doc.variable}\` | ${cell(meaning)} | ${cell(defaultOf(doc))} |`;
};

const defaultOf = ({ byDefault, unset, unit }: SettingDoc): string => {
  if (byDefault !== undefined) return `\`${byDefault}\`${unit === undefined ? '' : ` ${unit}`}`;
  return unset ?? '**required**';
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
