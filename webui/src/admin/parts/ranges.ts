/** The ranges of docs/rules: one table for all forms. What a value may be is for the API to say in the end. */

import type { TFunction } from 'i18next';

export interface Range {
  readonly low: number;
  readonly high: number;
  /** What it counts: a key below `admin:range`. */
  readonly unit: 'calls' | 'agents' | 'seconds' | 'plain';
}

export const RANGES = {
  maxWaiting: { low: 0, high: 200, unit: 'calls' },
  maxWaitingLimit: { low: 0, high: 10_000, unit: 'calls' },
  agentLimit: { low: 1, high: 10_000, unit: 'agents' },
  agentAlertTime: { low: 15, high: 180, unit: 'seconds' },
  maxWait: { low: 0, high: 2700, unit: 'seconds' },
  wrapUp: { low: 0, high: 3600, unit: 'seconds' },
  callerIdRank: { low: 1, high: 10_000, unit: 'plain' },
} as const satisfies Record<string, Range>;

export const LONGEST_NAME = 64;
export const LONGEST_FILE_NAME = 100;
export const LONGEST_DESCRIPTION = 256;

const WAIT_STEP = 15; // seconds

/** The maximum wait as it is stored: to the nearest 15 seconds. */
export function roundedWait(seconds: number): number {
  return Math.floor((seconds + Math.floor(WAIT_STEP / 2)) / WAIT_STEP) * WAIT_STEP;
}

/** The number that a text says; null for an empty one, which stands for the default; NaN for none. */
export function numberIn(text: string): number | null {
  const typed = text.trim();
  if (typed === '') return null;
  return /^-?\d+$/.test(typed) ? Number(typed) : Number.NaN;
}

export function isWithin(text: string, { low, high }: Range): boolean {
  const value = numberIn(text);
  return value === null || (value >= low && value <= high);
}

/** What is wrong with a number as it is typed. */
export function rangeProblem(text: string, range: Range, t: TFunction): string | undefined {
  return isWithin(text, range) ? undefined : t(`admin:range.${range.unit}`, { ...range });
}

/** What is wrong with a name as it is typed; an empty one is left to whoever saves it. */
export function nameProblem(name: string, t: TFunction, longest = LONGEST_NAME): string | undefined {
  // Characters as people count them, not UTF-16 units.
  const count = [...name].length;
  if (count > longest) return t('admin:tooLong', { longest, count });
  if (name !== name.trim()) return t('admin:blankAtEnd');
  return undefined;
}
