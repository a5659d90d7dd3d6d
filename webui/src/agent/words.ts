/** What the agent's page says of calls and callers. Nothing in here does I/O. */

import type { TFunction } from 'i18next';
import type { Snapshot } from '~/live/snapshot';
import type { Party, PhoneCall } from '~/phone/state';

/** Where the agent's page is. */
export const PAGE = '/agent';

/** Whom a call is with: the name where there is one, else the number. */
export function partyName(party: Party, t: TFunction): string {
  return party.name || numberOf(party) || t('agent:call.unknown');
}

/** The number beside a name; nothing where the number is all that is known. */
export function partyDetail(party: Party): string {
  return party.name ? numberOf(party) : '';
}

function numberOf({ number, shown }: Party): string {
  return shown || number;
}

/** A caller of the history or the live snapshot, as people read it. */
export function callerName(caller: string, t: TFunction): string {
  return isHidden(caller) ? t('agent:call.unknown') : caller;
}

/** Whether a caller can be called back. */
export function isHidden(caller: string): boolean {
  return caller === '' || caller.toLowerCase() === 'anonymous';
}

/** How many wait besides the caller: now where that is known, else as it was when the call began to ring. */
export function othersWaiting(
  call: Pick<PhoneCall, 'queue' | 'callId' | 'othersWaiting'>,
  snapshot: Snapshot | null,
): number | null {
  const queue = [...(snapshot?.queues.values() ?? [])].find(({ name }) => name === call.queue);
  const own = snapshot?.calls.get(call.callId ?? '');
  if (queue === undefined || own === undefined) return call.othersWaiting;
  // The caller is one of those who wait, unless somebody has just taken the call.
  return Math.max(0, queue.waiting - (own.position === null ? 0 : 1));
}

/** Why a transfer was refused, by its SIP status; null: the server could not be asked. */
export function refusalName(status: number | null, t: TFunction): string {
  switch (status) {
    case 486:
    case 600:
      return t('agent:call.refusal.busy');
    case 603:
      return t('agent:call.refusal.declined');
    case 408:
    case 487:
      return t('agent:call.refusal.noAnswer');
    case 480:
    case null:
      return t('agent:call.refusal.unreachable');
    case 404:
    case 410:
    case 484:
    case 604:
      return t('agent:call.refusal.notFound');
    case 488:
      return t('agent:call.refusal.noCommonAudio');
    case 483:
      return t('agent:call.refusal.tooOften');
    case 500:
    case 504:
      return t('agent:call.refusal.network');
    case 403:
      return t('agent:call.refusal.notAllowed');
    case 491:
      return t('agent:call.refusal.pending');
    default:
      return t('agent:call.refusal.other', { status });
  }
}

const DECISIONS = ['rung', 'not rung', 'answered', 'transferred'];

/** What was decided about an agent; a word that is none of ours stays as it is. */
export function decisionName(decision: string, t: TFunction): string {
  if (!DECISIONS.includes(decision)) return decision;
  return t(`agent:decisions.did.${decision.replace(' ', '-')}`);
}

/** When I am rung by the next call: 1 is next, together with all others where nobody takes turns. */
export function turnName(turn: number, takesTurns: boolean, language: string, t: TFunction): string {
  if (!takesTurns) return t('agent:queues.turn.all');
  if (turn === 1) return t('agent:queues.turn.first');
  return t('agent:queues.turn.nth', { ordinal: ordinal(turn, language, t) });
}

/** `2` is `2nd`, or `2e`. */
function ordinal(count: number, language: string, t: TFunction): string {
  const form = new Intl.PluralRules(language, { type: 'ordinal' }).select(count);
  return t(`agent:queues.ordinal_${form}`, { count });
}
