/** What SIP messages tell people: who calls, for which queue, and why a call is over. Nothing in here does I/O. */

import type { Ending, Party } from './state';

/** The headers of a message, by name. */
export type Header = (name: string) => string | undefined;

/** What a ring is about. */
export interface Ring {
  readonly party: Party;
  readonly queue: string | null;
  readonly callId: string | null;
  readonly waitedS: number | null;
  readonly transferredBy: string | null;
  readonly othersWaiting: number | null;
}

/** What an INVITE says; `name` and `user` are those of its From, whose name begins with the queue's. */
export function ringOf(name: string, user: string, header: Header): Ring {
  const queue = decoded(header('X-Huntline-Queue'));
  const isHidden = user.toLowerCase() === 'anonymous';
  const plain = queue !== null && name.startsWith(`${queue}: `) ? name.slice(queue.length + 2) : name;
  return {
    party: isHidden ? { name: '', number: '' } : partyOf(plain, user, decoded(header('X-Huntline-Number'))),
    queue,
    callId: header('X-Huntline-Call-ID') ?? null,
    waitedS: numberIn(header('X-Huntline-Waited')),
    transferredBy: nameIn(header('Referred-By')),
    othersWaiting: numberIn(header('X-Huntline-Waiting')),
  };
}

/** Somebody by the name and the user part of their address; the same text twice is no name. */
function partyOf(name: string, user: string, shown: string | null): Party {
  return { name: name === user ? '' : name, number: user, ...(shown !== null && { shown }) };
}

/** Whom an address is of, such as `"Amal" <sip:amal@contoso.com>` (RFC 3892): by name if there is one. */
function nameIn(address: string | undefined): string | null {
  const found = /^\s*(?:"((?:[^"\\]|\\.)*)"\s*)?<?sips?:([^@>;]+)/i.exec(address ?? '');
  if (found === null) return null;
  return found[1]?.replace(/\\(.)/g, '$1') || decoded(found[2]);
}

function decoded(value: string | undefined): string | null {
  if (value === undefined) return null;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function numberIn(value: string | undefined): number | null {
  const number = Number.parseFloat(value ?? '');
  return Number.isFinite(number) ? number : null;
}

/** How a call ended: whether by us, with which status, and the Reason (RFC 3326) of a CANCEL or a BYE. */
export interface End {
  readonly isByUs: boolean;
  readonly wasAnswered: boolean;
  readonly direction: 'in' | 'out';
  readonly status: number | null;
  readonly reason: string | undefined;
}

/** Why a call is over, from what its last message says. */
export function endingOf({ isByUs, wasAnswered, direction, status, reason }: End): Ending {
  // Also when two answered in the same instant (rules.md section 3.7).
  if (!isByUs && causeIn(reason) === 200) return 'answered-elsewhere';
  if (wasAnswered) return isByUs ? 'hung-up' : 'hung-up-there';
  if (direction === 'in') return isByUs ? 'declined' : 'caller-gone';
  if (isByUs || status === null) return 'hung-up';
  return ofRefusal(status);
}

/** Why a call that was placed here was not answered. */
function ofRefusal(status: number): Ending {
  switch (status) {
    case 486:
    case 600:
      return 'busy-there';
    case 603:
      return 'declined-there';
    case 408:
    case 487:
      return 'no-answer';
    case 480:
      return 'unreachable';
    case 410:
      return 'number-gone';
    case 484:
      return 'number-incomplete';
    case 415:
    case 488:
    case 606:
      return 'no-common-audio';
    case 482:
    case 483:
      return 'forwarded-too-often';
    case 500:
    case 502:
    case 503:
      return 'network-failed';
    case 504:
      return 'network-silent';
    // A call that was to be taken over is no more.
    case 481:
      return 'over-meanwhile';
    case 404:
    case 604:
      return 'not-found';
    case 401:
    case 403:
    case 407:
      return 'not-allowed';
    default:
      return 'failed';
  }
}

/** The status in a Reason header such as `SIP;cause=200;text="Call completed elsewhere"`. */
export function causeIn(reason: string | undefined): number | null {
  const found = /\bSIP\s*;.*?\bcause\s*=\s*(\d{3})/i.exec(reason ?? '');
  return found === null ? null : Number(found[1]);
}

/** The certificate by which a description says who encrypts its audio (RFC 8122 section 5); null without one. */
export function identityIn(sdp: string): string | null {
  return /^a=fingerprint:(.+?)\s*$/im.exec(sdp)?.[1] ?? null;
}
