/** What the pages call a setting of a kind of thing, by its name in the API. Nothing in here does I/O. */

import type { TFunction } from 'i18next';

/** Where the names of settings are; other names are below `audit:fields`. */
const SETTINGS: Readonly<Record<string, string>> = {
  organization: 'settings:settings',
  queue: 'queues:setting',
  attendant: 'attendants:setting',
  trunk: 'settings:trunk',
  user: 'users:settings',
  group: 'groups:settings',
  'caller-ID policy': 'callerid:settings',
};

/** Whether there is such a text. */
export type Exists = (key: string) => boolean;

/** The name of a setting, or of what it is in (`licences[0]`); as the API calls it where the pages have none. */
export function settingName(what: string, field: string, t: TFunction, exists: Exists): string {
  const [whole = field] = field.split(/[.[]/);
  const keys = [`audit:fields.${what.replaceAll(' ', '-')}.${whole}`, `${SETTINGS[what]}.${whole}`];
  const key = keys.find(exists);
  return key === undefined ? whole : t(key);
}
