// The pages, a row each: the frame shows them, the menu names them, and a test looks at every one.

export interface RouteRow {
  readonly name: string;
  /** The parts of the address behind `#/`; one that begins with a colon stands for anything. */
  readonly path: readonly string[];
  /** In the menu under this text; pages without it are reached from others. */
  readonly menu?: string;
  readonly who: 'everyone' | 'administrator';
}

export const routes = [
  { name: 'overview', path: [], menu: 'nav.overview', who: 'everyone' },
  { name: 'jobs', path: ['jobs'], menu: 'nav.jobs', who: 'everyone' },
  { name: 'printer', path: ['printers', ':printer'], who: 'everyone' },
  { name: 'add', path: ['add'], menu: 'nav.add', who: 'administrator' },
  { name: 'pair', path: ['pair'], menu: 'nav.pair', who: 'everyone' },
  { name: 'users', path: ['users'], menu: 'nav.users', who: 'administrator' },
  { name: 'system', path: ['system'], menu: 'nav.system', who: 'everyone' },
] as const satisfies readonly RouteRow[];

export type RouteName = (typeof routes)[number]['name'];

/** The row of an address, whoever asks; undefined where there is no such page. */
export function routeOf(parts: readonly string[]): (typeof routes)[number] | undefined {
  return routes.find(
    ({ path }) =>
      path.length === parts.length &&
      path.every((part, at) => part.startsWith(':') || part === parts[at]),
  );
}
