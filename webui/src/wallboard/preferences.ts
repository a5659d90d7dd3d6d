/** How somebody wants their wallboard, remembered in the browser. */

import { useSyncExternalStore } from 'react';

export interface Preferences {
  /** Queues by id in the order wanted; those that are not named follow by name. */
  readonly order: readonly string[];
  readonly hidden: readonly string[];
  /** Within how many seconds a caller is to be served, for the service level. */
  readonly target: number;
  /** A queue is marked when more than so many wait; null: never. */
  readonly mostWaiting: number | null;
  /** A queue is marked when somebody waits longer than so many seconds; null: never. */
  readonly longestWait: number | null;
  readonly hasSound: boolean;
}

export const RANGES = {
  target: { from: 1, to: 3600 },
  mostWaiting: { from: 0, to: 10_000 },
  longestWait: { from: 1, to: 86_400 },
} as const;

export const DEFAULTS: Preferences = {
  order: [],
  hidden: [],
  target: 20,
  mostWaiting: 5,
  longestWait: 60,
  hasSound: false,
};

const STORAGE_KEY = 'huntline.wallboard';

/** What was saved, as far as it makes sense; the default for the rest. */
export function preferencesOf(saved: string | null): Preferences {
  const given = parsed(saved);
  return {
    order: idsOf(given.order),
    hidden: idsOf(given.hidden),
    target: numberIn('target', given.target) ?? DEFAULTS.target,
    mostWaiting:
      given.mostWaiting === null
        ? null
        : (numberIn('mostWaiting', given.mostWaiting) ?? DEFAULTS.mostWaiting),
    longestWait:
      given.longestWait === null
        ? null
        : (numberIn('longestWait', given.longestWait) ?? DEFAULTS.longestWait),
    hasSound: given.hasSound === true,
  };
}

/** The number if it is a whole one in the setting's range. */
export function numberIn(setting: keyof typeof RANGES, value: unknown): number | null {
  const { from, to } = RANGES[setting];
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to ? value : null;
}

function parsed(saved: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(saved ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function idsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

const listeners = new Set<() => void>();
let current = preferencesOf(localStorage.getItem(STORAGE_KEY));

// Another tab, such as the big screen's, follows at once.
window.addEventListener('storage', (event) => {
  if (event.key === STORAGE_KEY) take(preferencesOf(event.newValue));
});

function take(preferences: Preferences): void {
  current = preferences;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The preferences in force. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}

/** Change some of them, here and in all tabs. */
export function prefer(change: Partial<Preferences>): void {
  const preferences = { ...current, ...change };
  localStorage.setItem(STORAGE_KEY, JSON.stringify(preferences));
  take(preferences);
}
