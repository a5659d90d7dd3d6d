/** Whether the phone has begun. Apart from it, so that asking does not load it. */

import { useSyncExternalStore } from 'react';

let isBegun = false;
const listeners = new Set<() => void>();

/** The phone has begun, or ended. */
export function tellBegun(isNow: boolean): void {
  isBegun = isNow;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useIsPhoneBegun(): boolean {
  return useSyncExternalStore(subscribe, () => isBegun);
}
