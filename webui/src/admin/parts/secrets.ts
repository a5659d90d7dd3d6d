/** Passwords that are made up for somebody: easily told, and beyond any guessing. */

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'; // none that is taken for another one
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** `k7wm-4pfa-…`; `randomBelow` gives a whole number from 0 to below its bound. */
export function madeUpPassword(randomBelow: (bound: number) => number = drawn): string {
  const letter = () => LETTERS[randomBelow(LETTERS.length)] ?? '';
  const group = () => Array.from({ length: GROUP_LENGTH }, letter).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** Evenly drawn: what would favour small numbers is drawn again. */
function drawn(bound: number): number {
  const fair = 256 - (256 % bound);
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < fair) return byte % bound;
  }
}
