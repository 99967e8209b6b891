/**
 * A list of rows, one a line: `Name | alias, alias | fdcId | options`. Lines that begin with # say what follows.
 * Options: `generic`, `yields` and `solids=<percent>` (a raw or dry food with the figures of the cooked one that is named), `slug=…`, `portion=<grams>`, `<unit>=<grams>` (ours in the place of the survey's), `-<unit>` (the survey's is left
 * out), `take=<alias>:<slug>` (an alias that another row had), and `note=…` as the last.
 */
export interface ListedFood {
  readonly name: string;
  readonly slug: string;
  readonly aliases: readonly string[];
  readonly fdcId: number;
  readonly generic: boolean;
  readonly portionG: number | null;
  readonly household: ReadonlyMap<string, number>;
  readonly without: readonly string[];
  /** The row is the raw or dry food; its weight cooked is USDA's (`yields`), or follows from its solids in percent. */
  readonly raw: 'yields' | { readonly solids: number } | null;
  readonly takes: readonly { readonly alias: string; readonly from: string }[];
  readonly note: string | null;
}

/** "Crème brûlée" → `creme_brulee`. */
const slugOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[\p{M}'’.]/gu, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll('%', ' percent')
    .match(/[a-z0-9]+/g)
    ?.join('_') ?? '';

const commaSeparated = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** Throws where a line is not of that form. */
export const readList = (text: string, file: string): ListedFood[] =>
  text.split('\n').flatMap((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [name = '', aliases = '', fdcId = '', options = '', ...more] = line.split('|').map((part) => part.trim());
    const fault = (what: string) => new Error(`${file}, line ${i + 1}: ${what}: ${line}`);
    if (name === '' || !/^\d{7}$/.test(fdcId) || more.length > 0) throw fault('no row');
    const [words = '', note = null] = options.split(/\s*note=/);
    const household = new Map<string, number>();
    const without: string[] = [];
    let raw: ListedFood['raw'] = null;
    const takes: { alias: string; from: string }[] = [];
    let [slug, generic, portionG]: [string, boolean, number | null] = [slugOf(name), false, null];
    const [, rest = '', taking = ''] = /^(.*?)(?:take=(.*))?$/.exec(words) ?? [];
    for (const [alias = '', from = ''] of commaSeparated(taking).map((part) => part.split(':')))
      takes.push({ alias: alias.trim(), from: from.trim() });
    for (const word of rest.split(/\s+/).filter(Boolean)) {
      const [, key = '', value = ''] = /^([a-z]+)=(.+)$/.exec(word) ?? [];
      if (word === 'generic') generic = true;
      else if (word === 'yields') raw = 'yields';
      else if (word.startsWith('-')) without.push(word.slice(1));
      else if (key === 'slug') slug = value;
      else if (key !== '' && Number(value) > 0) {
        if (key === 'portion') portionG = Number(value);
        else if (key === 'solids') raw = { solids: Number(value) };
        else household.set(key, Number(value));
      } else throw fault(`"${word}" is no option`);
    }
    const named = [...commaSeparated(aliases), ...takes.map(({ alias }) => alias)];
    return [
      { name, slug, aliases: named, fdcId: Number(fdcId), generic, portionG, household, without, raw, takes, note },
    ];
  });
