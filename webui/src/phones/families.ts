/** The families of phones, in the order of the page. Nothing in here does I/O. */

import type { Family, NewPhone, PhoneRequest, PhoneView } from './door';

export const FAMILIES = [
  'yealink',
  'snom',
  'grandstream',
  'poly',
  'linphone',
  'other',
] as const satisfies readonly Family[];

/** Makers' names, which are the same in all languages. */
const NAMES: Readonly<Partial<Record<Family, string>>> = {
  yealink: 'Yealink',
  snom: 'Snom',
  grandstream: 'Grandstream',
  poly: 'Poly',
  linphone: 'Linphone',
};

/** What a family is called; null where that is for the language to say. */
export function makerOf(family: Family): string | null {
  return NAMES[family] ?? null;
}

/** Whether its settings are asked for by the address that is printed on it. */
export function hasMac(family: Family): boolean {
  return family !== 'linphone' && family !== 'other';
}

export interface PhoneDraft {
  readonly family: Family;
  readonly mac: string;
  readonly name: string;
}

/** What is sent; the phone shows the language in which it is made. */
export function requestOf({ family, mac, name }: PhoneDraft, language: string): PhoneRequest {
  return {
    family,
    name: name.trim(),
    mac: hasMac(family) ? mac.trim() || null : null,
    language: language === 'fr' ? 'fr' : 'en',
  };
}

/** The whole address of a phone's settings, seen from the page at `page`; null where it fetches none. */
export function addressOf({ path }: NewPhone, page: string): string | null {
  return path === null ? null : new URL(path, page).href;
}

/** Whether a camera sets the phone up: it scans the address of its settings. */
export function isScanned({ phone }: NewPhone): boolean {
  return phone.family === 'linphone';
}

/** How a phone is told apart from others: its name, or else its address. */
export function titleOf({ name, mac, username }: PhoneView): string {
  return name || mac || username;
}
