import { pathsOf, type Route } from './route';

/** Looks routes up by address, for what Express does not tell: which methods an address takes, and of which kind it is. */
export interface RouteTable {
  /** Upper-case methods that the address takes; GET brings HEAD with it. Empty: there is nothing there. */
  methodsAt(path: string): readonly string[];
  /** Whether `path` is the name of another address that `template` would take: `/history/summary` beside `/history/:id`. Looked up, not searched. */
  namedBeside(template: string): (path: string) => boolean;
  /** The route that serves `method` at `path`, first in the table wins. */
  find(method: string, path: string): Route | undefined;
}

const special = /[.*+?^${}()|[\]\\]/g;

/** `/photos/:id` as an expression; like Express, it takes one slash at the end and either case. */
const expressionOf = (template: string): RegExp => {
  const parts = template
    .replace(/\/$/, '')
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(special, '\\$&')));
  return new RegExp(`^${parts.join('/')}/?$`, 'i');
};

/** An address without parameters as Express compares it. */
const nameOf = (path: string): string => path.replace(/(.)\/$/, '$1').toLowerCase();

export function createTable(routes: readonly Route[]): RouteTable {
  const rows = routes.flatMap((route) =>
    pathsOf(route).map((path) => ({ route, path, expression: expressionOf(path) })),
  );
  const taken = new Set<string>();
  for (const { route, path } of rows) {
    const name = `${route.method} ${path.replace(/:\w+/g, ':').replace(/(.)\/$/, '$1')}`;
    if (taken.has(name)) throw new Error(`Two routes serve ${route.method.toUpperCase()} ${path}`);
    taken.add(name);
  }
  /** An address with a name of its own is none of the template beside it: `/history/summary` is no `/history/:id`, for no method. */
  const at = (path: string) => {
    const matching = rows.filter(({ expression }) => expression.test(path));
    const named = matching.filter((row) => !row.path.includes(':'));
    return named.length > 0 ? named : matching;
  };
  return {
    namedBeside(template) {
      const expression = expressionOf(template);
      const names = new Set(
        rows.flatMap(({ path }) =>
          path !== template && !path.includes(':') && expression.test(path) ? [nameOf(path)] : [],
        ),
      );
      return names.size === 0 ? () => false : (path) => names.has(nameOf(path));
    },
    methodsAt: (path) => [
      ...new Set(
        at(path).flatMap(({ route }) => (route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()])),
      ),
    ],
    find: (method, path) => at(path).find(({ route }) => route.method === method.toLowerCase())?.route,
  };
}
