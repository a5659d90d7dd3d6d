/** My rule for direct calls, as its form holds it. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';
import { ALSO_RING_NUMBERS, USER_NUMBERS } from '~/api/numbers';

export type MyRule = Schemas['MyRule'];
export type OwnRule = Schemas['OwnRuleForm'];

/** All calls, or those that I do not take, by why. */
export const WISHES = ['forward_to', 'when_busy', 'when_no_answer', 'when_not_reachable'] as const;
export type WishName = (typeof WISHES)[number];

/** What becomes of calls: as when nobody says anything, refused, my mailbox, or somebody by address. */
export type WishKind = 'none' | 'off' | 'voicemail' | 'target';

export interface Wish {
  readonly kind: WishKind;
  /** As it is typed: a number, or an address such as bao@contoso.com. */
  readonly target: string;
}

export interface AlsoRung {
  readonly key: number;
  readonly target: string;
  readonly after: string;
}

/** Numbers are text until they are sent: empty stands for the default. */
export interface RuleDraft {
  readonly wishes: Readonly<Record<WishName, Wish>>;
  readonly ringTime: string;
  readonly alsoRing: readonly AlsoRung[];
  readonly hidesNumber: boolean;
}

export const MOST_ALSO_RUNG = 5;

export function draftOf(rule: MyRule): RuleDraft {
  const wish = (name: WishName): Wish => wishOf(rule[name] ?? null);
  return {
    wishes: {
      forward_to: wish('forward_to'),
      when_busy: wish('when_busy'),
      when_no_answer: wish('when_no_answer'),
      when_not_reachable: wish('when_not_reachable'),
    },
    ringTime: String(rule.ring_time),
    alsoRing: alsoRungOf(rule.also_ring),
    hidesNumber: rule.hides_number,
  };
}

export function ruleOf(draft: RuleDraft): OwnRule {
  const { forward_to, when_busy, when_no_answer, when_not_reachable } = draft.wishes;
  return {
    forward_to: written(forward_to),
    when_busy: written(when_busy),
    when_no_answer: written(when_no_answer),
    when_not_reachable: written(when_not_reachable),
    ring_time: wholeNumber(draft.ringTime) ?? USER_NUMBERS.ring_time.default,
    also_ring: alsoRingOf(draft.alsoRing),
    hides_number: draft.hidesNumber,
  };
}

/** Who is rung beside somebody, as a form holds them. */
export function alsoRungOf(stored: OwnRule['also_ring'] & {}): AlsoRung[] {
  return stored.map(({ target, after }, key) => ({ key, target: shownTarget(target), after: String(after) }));
}

/** The same as settings write it; rows that nobody has filled in are left out. */
export function alsoRingOf(others: readonly AlsoRung[]): OwnRule['also_ring'] & {} {
  return others
    .filter(({ target }) => target.trim() !== '')
    .map(({ target, after }) => ({
      target: writtenTarget(target),
      after: wholeNumber(after) ?? ALSO_RING_NUMBERS.after.default,
    }));
}

export function wishOf(written: string | null): Wish {
  if (written === null) return { kind: 'none', target: '' };
  if (written === 'off' || written === 'voicemail') return { kind: written, target: '' };
  return { kind: 'target', target: shownTarget(written) };
}

function written({ kind, target }: Wish): string | null {
  if (kind === 'none') return null;
  return kind === 'target' ? writtenTarget(target) : kind;
}

/** `sip:bao@contoso.com` as people write it. */
export function shownTarget(written: string): string {
  return written.replace(/^(sip|tel):/i, '');
}

/** What people type, as settings write it; what is neither a number nor an address stays for the server to refuse. */
export function writtenTarget(typed: string): string {
  const text = typed.trim();
  if (/^(sip|tel|attendant|voicemail):/i.test(text)) return text;
  const number = text.replaceAll(/[\s.()/\u00a0\u202f-]/g, '');
  if (/^\+\d+$/.test(number)) return `tel:${number}`;
  return text.includes('@') ? `sip:${text}` : text;
}

function wholeNumber(text: string): number | null {
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}
