/**
 * What outlives a reload of the page: which device it is, and the calls that are up.
 *
 * It is kept in the tab's own storage: two tabs are two devices.
 */

import type { PhoneCall } from './state';

/** A dialog (RFC 3261 section 12) as this end knows it. */
export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/** A call that is up: enough to take it over (RFC 3891) and to show it as before. */
export interface SavedCall {
  readonly dialog: Dialog;
  readonly call: PhoneCall;
}

interface Saved {
  readonly user: string;
  readonly leftAt: number;
  readonly calls: readonly SavedCall[];
}

/** How long the server may keep a call whose page has gone: then there is nothing left to take over. */
export const LONGEST_ABSENCE = 60_000;

const INSTANCE = 'huntline.phone.instance';
const CALLS = 'huntline.phone.calls';

/** The `+sip.instance` of this tab (RFC 5626): the same after a reload. */
export function instanceOf(storage: Storage): string {
  const known = storage.getItem(INSTANCE);
  if (known !== null) return known;
  const made = crypto.randomUUID();
  storage.setItem(INSTANCE, made);
  return made;
}

/** Remember the calls that are up; none leaves nothing behind. */
export function saveCalls(storage: Storage, user: string, calls: readonly SavedCall[], now: number): void {
  if (calls.length === 0) storage.removeItem(CALLS);
  else storage.setItem(CALLS, JSON.stringify({ user, leftAt: now, calls } satisfies Saved));
}

/** The calls of a user that were up when the page was left, not longer ago than the server keeps them. */
export function savedCalls(storage: Storage, user: string, now: number): readonly SavedCall[] {
  const text = storage.getItem(CALLS);
  if (text === null) return [];
  const saved = JSON.parse(text) as Saved;
  return saved.user === user && now - saved.leftAt < LONGEST_ABSENCE ? saved.calls : [];
}

/** The Replaces header that takes over a dialog of ours: tags as the server has them (RFC 3891 section 3). */
export function replaces({ callId, localTag, remoteTag }: Dialog): string {
  return `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
}
