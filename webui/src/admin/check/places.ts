/** From a finding to the page and the setting that cause it. Nothing in here does I/O. */

import { type Finding, settingOf } from '~/admin/parts/findings';

/** Where the things of a kind are, by the word that a finding's key begins with. */
const PAGES: readonly (readonly [word: string, page: string])[] = [
  ['queue ', '/queues/'],
  ['attendant ', '/attendants/'],
  ['user ', '/users/'],
  ['group ', '/groups/'],
  ['number ', '/numbers/'],
  ['audio ', '/audio/'],
  ['caller-ID policy ', '/caller-id/'],
];

/** What a finding is about, as people call it; null for the organization itself. */
export function nameOf({ key }: Pick<Finding, 'key'>): string | null {
  const page = PAGES.find(([word]) => key.startsWith(word));
  return page === undefined ? null : key.slice(page[0].length);
}

/** The address of the setting. What has no page of its own is in the settings of the organization. */
export function placeOf(finding: Pick<Finding, 'key' | 'field'>): string {
  const page = PAGES.find(([word]) => finding.key.startsWith(word));
  if (page === undefined) return '/settings';
  const [word, path] = page;
  // The page of a thing has one control for all of a setting: `timeout`, not `timeout.target`.
  const [setting] = settingOf(finding.field).split(/[.[]/);
  return `${path}${encodeURIComponent(finding.key.slice(word.length))}${setting ? `#${setting}` : ''}`;
}
