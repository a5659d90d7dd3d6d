/** What the phone in this page is doing, as plain data, and how it changes. Nothing in here does I/O. */

/**
 * Whether calls can reach the page.
 *
 * `off`: switched off; `insecure`: the browser gives no microphone to pages that came without https;
 * `elsewhere`: another tab of this browser has the phone; `asking`: the browser asks for the microphone;
 * `no-permission`, `no-microphone`, `microphone-busy`: there is none to speak into; `refused`: the server gives
 * out no credentials now.
 */
export type Availability =
  | 'off'
  | 'insecure'
  | 'elsewhere'
  | 'asking'
  | 'no-permission'
  | 'no-microphone'
  | 'microphone-busy'
  | 'connecting'
  | 'refused'
  | 'available';

/** `alerting`: rings here; `dialling`: rings at the other end; `connecting`: taken, but nothing is heard yet. */
export type Stage = 'alerting' | 'dialling' | 'connecting' | 'talking';

/** Why a call is over here. */
export type Ending =
  | 'hung-up'
  | 'hung-up-there'
  | 'transferred'
  | 'caller-gone'
  | 'answered-elsewhere'
  | 'declined'
  | 'declined-there'
  | 'busy-there'
  | 'no-answer'
  | 'unreachable'
  | 'not-found'
  | 'number-gone'
  | 'number-incomplete'
  | 'no-common-audio'
  | 'forwarded-too-often'
  | 'network-failed'
  | 'network-silent'
  | 'not-allowed'
  | 'no-microphone'
  | 'no-audio'
  | 'connection-lost'
  | 'over-meanwhile'
  | 'failed';

/** The other end of a call; both are empty for a caller who hides. */
export interface Party {
  readonly name: string;
  readonly number: string;
  /** The number spaced for people, where the server has said so. */
  readonly shown?: string;
}

/** A transfer under way: to whom, and how far it is; `refused` stays to be read, with the SIP status. */
export interface Transfer {
  readonly to: string;
  readonly stage: 'asking' | 'ringing' | 'refused';
  readonly status: number | null;
}

export interface PhoneCall {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly stage: Stage;
  readonly party: Party;
  readonly queue: string | null;
  /** The server's own name for the call, null for calls that no queue has. */
  readonly callId: string | null;
  /** How long the caller had waited when it began to ring here. */
  readonly waitedS: number | null;
  /** Who transferred the call to us, if anybody did. */
  readonly transferredBy: string | null;
  /** How many others waited in the queue then. */
  readonly othersWaiting: number | null;
  /** Moments are in ms since 1970. */
  readonly beganAt: number;
  readonly answeredAt: number | null;
  readonly isMuted: boolean;
  /** Whether we hold the other end. */
  readonly isHeld: boolean;
  /** Whether the other end holds us. */
  readonly isHeldThere: boolean;
  /** Whether the audio is interrupted, and being brought back. */
  readonly isInterrupted: boolean;
  readonly transfer: Transfer | null;
  /** The call about which this one asks somebody, before it may be transferred to them. */
  readonly consultsFor: string | null;
}

/** A call that is over, to be told until it is put away. */
export interface EndedCall {
  readonly call: PhoneCall;
  readonly why: Ending;
  readonly at: number;
}

export interface PhoneState {
  readonly availability: Availability;
  /** Whether the line to the server is up; without it nothing can be asked of it, and a call goes on. */
  readonly isConnected: boolean;
  /** What the server said when it refused. */
  readonly problem: unknown;
  readonly calls: readonly PhoneCall[];
  readonly lastEnded: EndedCall | null;
  /** Whether the browser keeps us silent until somebody clicks or presses a key. */
  readonly isSilenced: boolean;
  /** Whether the microphone in use was unplugged and none could take its place. */
  readonly isMicrophoneLost: boolean;
}

export type PhoneEvent =
  | { readonly type: 'availability'; readonly availability: Availability; readonly problem?: unknown }
  | { readonly type: 'connected'; readonly isConnected: boolean }
  | { readonly type: 'began'; readonly call: PhoneCall }
  | { readonly type: 'changed'; readonly id: string; readonly change: Partial<PhoneCall> }
  | { readonly type: 'ended'; readonly id: string; readonly why: Ending; readonly at: number }
  | { readonly type: 'put-away' }
  | { readonly type: 'silenced'; readonly isSilenced: boolean }
  | { readonly type: 'microphone-lost'; readonly isLost: boolean };

export const SILENT: PhoneState = {
  availability: 'off',
  isConnected: false,
  problem: null,
  calls: [],
  lastEnded: null,
  isSilenced: false,
  isMicrophoneLost: false,
};

/** What a call is when it begins, apart from what is known about it. */
export function newCall(
  call: Pick<PhoneCall, 'id' | 'direction' | 'stage' | 'party' | 'beganAt'> & Partial<PhoneCall>,
): PhoneCall {
  return {
    queue: null,
    callId: null,
    waitedS: null,
    transferredBy: null,
    othersWaiting: null,
    answeredAt: null,
    isMuted: false,
    isHeld: false,
    isHeldThere: false,
    isInterrupted: false,
    transfer: null,
    consultsFor: null,
    ...call,
  };
}

/** The state after something happened; events about a call that is over change nothing. */
export function after(state: PhoneState, event: PhoneEvent): PhoneState {
  switch (event.type) {
    case 'availability':
      return { ...state, availability: event.availability, problem: event.problem ?? null };
    case 'connected':
      return { ...state, isConnected: event.isConnected };
    case 'began':
      return { ...state, calls: [...state.calls, event.call], lastEnded: null };
    case 'changed':
      return {
        ...state,
        calls: state.calls.map((call) => (call.id === event.id ? { ...call, ...event.change } : call)),
      };
    case 'ended':
      return withoutCall(state, event.id, event.why, event.at);
    case 'put-away':
      return { ...state, lastEnded: null };
    case 'silenced':
      return event.isSilenced === state.isSilenced ? state : { ...state, isSilenced: event.isSilenced };
    case 'microphone-lost':
      return { ...state, isMicrophoneLost: event.isLost };
  }
}

function withoutCall(state: PhoneState, id: string, why: Ending, at: number): PhoneState {
  const call = state.calls.find((each) => each.id === id);
  if (call === undefined) return state;
  const others = state.calls.filter((each) => each !== call);
  return {
    ...state,
    calls: others.map((each) => (each.consultsFor === id ? { ...each, consultsFor: null } : each)),
    lastEnded: { call, why, at },
    isMicrophoneLost: others.length > 0 && state.isMicrophoneLost,
  };
}

/** The calls that ring here, the first to come first. */
export function alerting(state: PhoneState): readonly PhoneCall[] {
  return state.calls.filter((call) => call.stage === 'alerting');
}

/** The calls that were taken or placed here. */
export function ongoing(state: PhoneState): readonly PhoneCall[] {
  return state.calls.filter((call) => call.stage !== 'alerting');
}

/** The call that was placed to ask somebody about another one, if both are there. */
export function consultationFor(state: PhoneState, id: string): PhoneCall | undefined {
  return state.calls.find((call) => call.consultsFor === id);
}
