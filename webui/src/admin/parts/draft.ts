/** What somebody has typed into a form, against what is stored. Nothing in here does I/O. */

import type { ApiProblem } from '~/api/client';

/** Settings by name, as the controls of a form hold them: plain data. */
export type Draft = object;

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The names of the settings that differ, in the order of the form. */
export function changedFields<D extends Draft>(base: D, draft: D): (keyof D & string)[] {
  const fields = Object.keys(draft) as (keyof D & string)[];
  return fields.filter((field) => !isSame(base[field], draft[field]));
}

/** The changed settings with their new values. */
export function changesIn<D extends Draft>(base: D, draft: D): Partial<D> {
  const changes: Partial<D> = {};
  for (const field of changedFields(base, draft)) changes[field] = draft[field];
  return changes;
}

/** What was refused: the API's problem, and the settings as they were sent. */
export interface Refusal<D extends Draft> {
  readonly problem: ApiProblem;
  readonly sent: D;
}

/** What the API had against a setting; nothing more once it is another than the one that was sent. */
export function stillRefused<D extends Draft>(
  refusal: Refusal<D> | null,
  draft: D,
  field: string,
): string | undefined {
  if (refusal === null) return undefined;
  const name = field.split(/[.[]/)[0] as keyof D;
  return isSame(refusal.sent[name], draft[name]) ? refusal.problem.of(field) : undefined;
}
