/** Messages and their boxes, as the list shows them. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';
import type { LiveMailbox } from '~/live/snapshot';

export type Message = Schemas['MessageView'];
export type Mailbox = Schemas['MailboxView'];

/** Which messages of the list are shown. */
export const KINDS = ['all', 'new', 'mine'] as const;
export type Kind = (typeof KINDS)[number];

/** The speeds at which a message can be heard. */
export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

export const USUAL_SPEED: Speed = 1;

/** Seconds that an arrow key moves by. */
const STEP = 3;

/** The speed that a text says; the usual one for anything else. */
export function speedOf(text: string | null): Speed {
  return SPEEDS.find((speed) => String(speed) === text) ?? USUAL_SPEED;
}

export function isShown(message: Message, kind: Kind): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'new':
      return message.is_new;
    case 'mine':
      return message.is_mine || !message.is_shared;
  }
}

/** How many messages ask for somebody: of all boxes that I hear. */
export function newIn(boxes: Iterable<Pick<LiveMailbox, 'new'>>): number {
  let count = 0;
  for (const box of boxes) count += box.new;
  return count;
}

/** Where a key leads in a sound of so many seconds; null: it is none of the player's. */
export function soughtBy(key: string, at: number, whole: number): number | null {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, at - STEP);
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(whole, at + STEP);
    case 'PageDown':
      return Math.max(0, at - whole / 10);
    case 'PageUp':
      return Math.min(whole, at + whole / 10);
    case 'Home':
      return 0;
    case 'End':
      return whole;
    default:
      return null;
  }
}

/** The bars of a sound for an SVG path, `width` by `height`: as if the loudest moment were as loud as can be. */
export function barsOf(peaks: readonly number[], width: number, height: number): readonly string[] {
  const loudest = Math.max(...peaks, 0.01);
  const step = width / Math.max(peaks.length, 1);
  return peaks.map((peak, place) => {
    const half = Math.max((peak / loudest) * (height / 2 - 1), 0.75);
    const x = ((place + 0.5) * step).toFixed(1);
    return `M${x} ${(height / 2 - half).toFixed(1)}V${(height / 2 + half).toFixed(1)}`;
  });
}
