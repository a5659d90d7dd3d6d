/** A call to a queue from this page, to hear what callers hear: by SIP over WebSocket, with a credential for it. */

import type { UA } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { Schemas } from '~/api/client';

export type TestCallAccess = Schemas['TestCallAccess'];

/** Why a call is over. */
export type Ending = 'hung-up' | 'busy' | 'no-microphone' | 'unreachable' | 'refused';

export interface TestCallState {
  readonly stage: 'connecting' | 'calling' | 'answered' | 'over';
  /** When the queue took the call, in ms since 1970. */
  readonly answeredAt: number | null;
  readonly isMuted: boolean;
  readonly ending: Ending | null;
}

const BEGIN: TestCallState = { stage: 'connecting', answeredAt: null, isMuted: false, ending: null };

// RFC 3261 sections 21.4.24 and 21.6.1: how a queue that is full answers.
const BUSY = [486, 600];

const LONGEST_HANDSHAKE = 8_000; // ms
const TONE = 120;
const PAUSE = 70;

/** What a refused or ended call came to, by its last answer and JsSIP's own word. */
export function endingOf(cause: string, status: number | null): Ending {
  if (status !== null && BUSY.includes(status)) return 'busy';
  if (cause === 'User Denied Media Access') return 'no-microphone';
  if (cause === 'Connection Error' || cause === 'Request Timeout') return 'unreachable';
  return status === null || cause === 'Canceled' ? 'hung-up' : 'refused';
}

/** One call, from its beginning to its end; make a new one to call again. */
export class TestCall {
  private state = BEGIN;
  private readonly listeners = new Set<() => void>();
  private readonly voice = new Audio();
  private microphone: MediaStream | null = null;
  private agent: UA | null = null;
  private session: RTCSession | null = null;
  private patience: ReturnType<typeof setTimeout> | undefined;

  readonly now = (): TestCallState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Ask for the microphone, connect, and call. */
  async start(access: TestCallAccess): Promise<void> {
    const microphone = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
    if (!microphone) {
      this.over('no-microphone');
      return;
    }
    this.microphone = microphone;
    const { UA, WebSocketInterface } = await import('jssip');
    if (this.isOver) {
      this.close();
      return;
    }
    this.agent = new UA({
      sockets: new WebSocketInterface(access.websocket_url),
      uri: access.uri,
      authorization_user: access.username,
      password: access.password,
      display_name: access.display_name,
      register: false,
      session_timers: false,
      user_agent: 'Huntline page',
    });
    this.agent.on('connected', () => this.call(access.target));
    this.agent.on('disconnected', () => this.session === null && this.over('unreachable'));
    this.patience = setTimeout(() => this.over('unreachable'), LONGEST_HANDSHAKE);
    this.agent.start();
  }

  readonly hangUp = (): void => {
    if (this.session === null || this.session.isEnded()) this.over('hung-up');
    else this.session.terminate();
  };

  readonly setMuted = (isMuted: boolean): void => {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !isMuted;
    this.tell({ isMuted });
  };

  /** Press a key of the telephone (RFC 4733). */
  readonly press = (key: string): void => {
    const senders = this.session?.connection?.getSenders() ?? [];
    const dtmf = senders.find(({ track }) => track?.kind === 'audio')?.dtmf;
    if (dtmf?.canInsertDTMF) dtmf.insertDTMF(dtmf.toneBuffer + key, TONE, PAUSE);
  };

  private get isOver(): boolean {
    return this.state.stage === 'over';
  }

  private call(target: string): void {
    if (this.agent === null || this.microphone === null || this.session !== null) return;
    clearTimeout(this.patience);
    this.tell({ stage: 'calling' });
    const session = this.agent.call(target, { mediaStream: this.microphone, pcConfig: { iceServers: [] } });
    this.session = session;
    session.connection?.addEventListener('track', ({ track, streams: [stream] }) => {
      this.voice.srcObject = stream ?? new MediaStream([track]);
      void this.voice.play();
    });
    // The server needs none of our candidates, since it is lite (RFC 8445 section 2.5): the first will do.
    session.on('icecandidate', ({ ready }) => ready());
    session.on('accepted', () => this.tell({ stage: 'answered', answeredAt: Date.now() }));
    session.on('failed', ({ cause, message }) => {
      const status = message !== null && 'status_code' in message ? Number(message.status_code) : null;
      this.over(endingOf(cause, status));
    });
    session.on('ended', () => this.over('hung-up'));
  }

  private over(ending: Ending): void {
    if (this.isOver) return;
    this.tell({ stage: 'over', ending });
    this.close();
  }

  /** Give back the microphone, the sound and the line. */
  private close(): void {
    clearTimeout(this.patience);
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.voice.srcObject = null;
    this.agent?.stop();
    this.agent = null;
  }

  private tell(change: Partial<TestCallState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
