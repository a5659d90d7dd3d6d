/** How each state of an agent looks, on every page: an icon and a colour beside its word. */

import type { BadgeProps } from '@fluentui/react-components';
import {
  CallInboundRegular,
  CallRegular,
  CheckmarkCircleRegular,
  type FluentIcon,
  NotepadEditRegular,
  PauseCircleRegular,
  PresenceDndRegular,
  SignOutRegular,
} from '@fluentui/react-icons';
import type { LiveAgent } from '~/live/snapshot';

export interface Look {
  readonly icon: FluentIcon;
  readonly colour: NonNullable<BadgeProps['color']>;
}

/** By the API's words. */
export const LOOKS = {
  ready: { icon: CheckmarkCircleRegular, colour: 'success' },
  ringing: { icon: CallInboundRegular, colour: 'warning' },
  talking: { icon: CallRegular, colour: 'brand' },
  'wrap-up': { icon: NotepadEditRegular, colour: 'informative' },
  'do-not-disturb': { icon: PresenceDndRegular, colour: 'danger' },
  paused: { icon: PauseCircleRegular, colour: 'informative' },
  'signed-out': { icon: SignOutRegular, colour: 'subtle' },
} as const satisfies Record<string, Look>;

/** What somebody does now, over all their queues: by what is seen of them and what their presence says. */
export function stateOf({ state, presence }: Pick<LiveAgent, 'state' | 'presence'>): string {
  const isFree = state === 'ready' || state === 'wrap-up';
  if (isFree && presence === 'offline') return 'signed-out';
  return state === 'ready' && presence === 'do-not-disturb' ? 'do-not-disturb' : state;
}

/** How a state looks; one that a later server may know as somebody who is not there. */
export function lookOf(state: string): Look {
  const looks: Readonly<Record<string, Look>> = LOOKS;
  return looks[state] ?? LOOKS['signed-out'];
}
