/** What somebody chose for the phone in this browser: devices, volume, keys, and whether it is on at all. */

import { useSyncExternalStore } from 'react';

export interface Choices {
  readonly isOn: boolean;
  /** Device ids, null for the one that the system prefers. */
  readonly microphone: string | null;
  readonly speaker: string | null;
  readonly ringer: string | null;
  /** From 0 to 1. */
  readonly ringVolume: number;
  /** Whether keys alone take and decline calls. */
  readonly hasKeys: boolean;
}

const STORAGE_KEY = 'huntline.phone.choices';

const UNLESS_CHOSEN: Choices = {
  isOn: true,
  microphone: null,
  speaker: null,
  ringer: null,
  ringVolume: 0.7,
  hasKeys: true,
};

let choices: Choices = read();
const listeners = new Set<() => void>();

function read(): Choices {
  return { ...UNLESS_CHOSEN, ...(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Partial<Choices>) };
}

/** What is chosen now. */
export function chosen(): Choices {
  return choices;
}

/** Choose something else, for this browser. */
export function choose(change: Partial<Choices>): void {
  choices = { ...choices, ...change };
  localStorage.setItem(STORAGE_KEY, JSON.stringify(choices));
  for (const listener of listeners) listener();
}

/** Tells of each choice; returns how to stop that. */
export function whenChosen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useChoices(): Choices {
  return useSyncExternalStore(whenChosen, chosen);
}
