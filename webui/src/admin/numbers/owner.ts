/** Whose a number is, as the API names it: `queue Help Desk`, `user amal@contoso.com`, `attendant Reception`. */

const AREAS: Readonly<Record<string, string>> = {
  queue: '/queues',
  user: '/users',
  attendant: '/attendants',
};

export interface Owner {
  readonly name: string;
  /** Its page. */
  readonly path: string;
}

export function ownerOf(belongsTo: string): Owner | null {
  const [kind = '', ...words] = belongsTo.split(' ');
  const area = AREAS[kind];
  const name = words.join(' ');
  return area === undefined ? null : { name, path: `${area}/${encodeURIComponent(name)}` };
}
