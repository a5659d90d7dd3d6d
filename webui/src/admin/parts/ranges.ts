/** Numbers and names as they are typed. What a value may be is for the API to say in the end. */

import type { TFunction } from 'i18next';

import { LONGEST_NAME } from '~/api/numbers';

export interface Range {
  readonly low: number;
  readonly high: number;
  /** What it counts: a key below `admin:range`, or nothing. */
  readonly unit: 'calls' | 'agents' | 'phones' | 'days' | 'seconds' | 'minutes' | '';
  /** It is stored to the nearest of these. */
  readonly step: number;
  /** Or 0, which is never. */
  readonly or_zero?: boolean;
}

/** A number as it is stored. */
export function nearest(value: number, { step }: Range): number {
  return Math.floor((value + Math.floor(step / 2)) / step) * step;
}

/** The number that a text says; null for an empty one, which stands for the default; NaN for none. */
export function numberIn(text: string): number | null {
  const typed = text.trim();
  if (typed === '') return null;
  return /^-?\d+$/.test(typed) ? Number(typed) : Number.NaN;
}

export function isWithin(text: string, { low, high, or_zero = false }: Range): boolean {
  const value = numberIn(text);
  return value === null || (value >= low && value <= high) || (or_zero && value === 0);
}

/** What is wrong with a number as it is typed. */
export function rangeProblem(text: string, range: Range, t: TFunction): string | undefined {
  if (isWithin(text, range)) return undefined;
  return t(`admin:range.${range.or_zero ? 'orZero' : range.unit || 'plain'}`, { ...range });
}

/** What is wrong with a name as it is typed; an empty one is left to whoever saves it. */
export function nameProblem(name: string, t: TFunction, longest = LONGEST_NAME): string | undefined {
  // Characters as people count them, not UTF-16 units.
  const count = [...name].length;
  if (count > longest) return t('admin:tooLong', { longest, count });
  if (name !== name.trim()) return t('admin:blankAtEnd');
  return undefined;
}
