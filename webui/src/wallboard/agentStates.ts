/** How each state of an agent looks as a queue sees it. */

import { PersonSubtractRegular } from '@fluentui/react-icons';
import { LOOKS as LOOKS_OF_ALL, type Look } from '~/parts/agentLooks';
import type { AgentState } from './board';

export const LOOKS: Readonly<Record<AgentState, Look>> = {
  ready: LOOKS_OF_ALL.ready,
  ringing: LOOKS_OF_ALL.ringing,
  talking: LOOKS_OF_ALL.talking,
  wrapUp: LOOKS_OF_ALL['wrap-up'],
  doNotDisturb: LOOKS_OF_ALL['do-not-disturb'],
  paused: LOOKS_OF_ALL.paused,
  optedOut: { icon: PersonSubtractRegular, colour: 'informative' },
  signedOut: LOOKS_OF_ALL['signed-out'],
};
