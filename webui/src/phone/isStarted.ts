/** Whether the phone is started. Apart from it, so that asking does not load it. */

import { useSyncExternalStore } from 'react';

let isStarted = false;
const listeners = new Set<() => void>();

/** The phone is started, or stopped. */
export function setStarted(isNow: boolean): void {
  isStarted = isNow;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useIsPhoneStarted(): boolean {
  return useSyncExternalStore(subscribe, () => isStarted);
}
