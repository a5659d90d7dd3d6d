/** The five steps of the first run, and how far somebody is. Nothing in here does I/O. */

export const STEPS = ['organization', 'admin', 'user', 'queue', 'call'] as const;
export type Step = (typeof STEPS)[number];

/** What there is on the server already. */
export interface Progress {
  readonly isSetUp: boolean;
  readonly hasUser: boolean;
  readonly hasQueue: boolean;
  readonly hasCall: boolean;
}

/** Whether a step is done; organization and administrator are made together. */
export function isDone(step: Step, progress: Progress): boolean {
  switch (step) {
    case 'organization':
    case 'admin':
      return progress.isSetUp;
    case 'user':
      return progress.hasUser;
    case 'queue':
      return progress.hasQueue;
    case 'call':
      return progress.hasCall;
  }
}

/** Where somebody takes it up: the first step that is not done, else the last. */
export function firstOpen(progress: Progress): Step {
  return STEPS.find((step) => !isDone(step, progress)) ?? 'call';
}

/** Whether somebody may go to a step: what it builds on is there. */
export function isOpen(step: Step, progress: Progress): boolean {
  const isFirst = step === 'organization' || step === 'admin';
  return isFirst ? !progress.isSetUp : progress.isSetUp;
}

/** The step after one; null after the last. */
export function after(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) + 1] ?? null;
}

/** The token of the link that the server printed, from the part of the address that browsers keep. */
export function tokenIn(fragment: string): string {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('token') ?? '';
}

/** A name as the part of an address before the `@`: `Amélie Roux` is `amelie.roux`. */
export function localPartOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.+|\.+$/g, '');
}

// Without letters and digits that look alike: somebody types it on a telephone.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 16;

/** A password for a phone, of random bytes. */
export function passwordOf(random: Uint8Array): string {
  return Array.from(random.slice(0, LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('');
}

export function newPassword(): string {
  return passwordOf(crypto.getRandomValues(new Uint8Array(LENGTH)));
}

/** The API's rule for passwords of accounts. */
export const SHORTEST_PASSWORD = 12;
