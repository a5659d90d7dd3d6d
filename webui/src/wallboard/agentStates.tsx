/** How each state of an agent looks: an icon and a colour beside its word. */

import type { BadgeProps } from '@fluentui/react-components';
import {
  CallInboundRegular,
  CallRegular,
  CheckmarkCircleRegular,
  type FluentIcon,
  NotepadEditRegular,
  PauseCircleRegular,
  PersonSubtractRegular,
  PresenceDndRegular,
  SignOutRegular,
} from '@fluentui/react-icons';
import type { AgentState } from './board';

export const LOOKS: Readonly<
  Record<AgentState, { icon: FluentIcon; colour: NonNullable<BadgeProps['color']> }>
> = {
  ready: { icon: CheckmarkCircleRegular, colour: 'success' },
  ringing: { icon: CallInboundRegular, colour: 'warning' },
  talking: { icon: CallRegular, colour: 'brand' },
  wrapUp: { icon: NotepadEditRegular, colour: 'informative' },
  doNotDisturb: { icon: PresenceDndRegular, colour: 'danger' },
  paused: { icon: PauseCircleRegular, colour: 'informative' },
  optedOut: { icon: PersonSubtractRegular, colour: 'informative' },
  signedOut: { icon: SignOutRegular, colour: 'subtle' },
};
