/** What a PromQL expression is about: enough of a parser to compare names, not to judge grammar (that is promtool's). */
export interface Asked {
  metrics: string[];
  /** Labels that it selects or groups by. */
  labels: string[];
  /** `label=value` of its matchers. */
  values: string[];
}

const keywords = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'inf', 'nan']);
const unique = (names: string[]) => [...new Set(names)];

export function askedBy(expression: string): Asked {
  const matchers = [...expression.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)];
  const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
  const grouped = [...expression.matchAll(grouping)].flatMap(([, names = '']) => names.split(','));
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(grouping, ' ')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ');
  const names = [...bare.matchAll(/(?<![\w.:])[A-Za-z_:][\w:]*\b(?!\s*\()/g)].map(([name]) => name);
  return {
    metrics: unique(names.filter((name) => !keywords.has(name.toLowerCase()))),
    labels: unique([...matchers.map(([, label = '']) => label), ...grouped.map((name) => name.trim())]),
    values: unique(matchers.map(([, label = '', value = '']) => `${label}=${value}`)),
  };
}
