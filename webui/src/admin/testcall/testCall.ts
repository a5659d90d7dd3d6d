/** A call to a queue or an attendant from this page, to hear what callers hear, with a credential for that alone. */

import type { Schemas } from '~/api/client';
import { chosen } from '~/phone/choices';
import { type SipSession, SipUserAgent } from '~/phone/jssip';
import { captured } from '~/phone/microphone';
import { SipSocket } from '~/phone/socket';
import type { Ending, PhoneCall } from '~/phone/state';
import { PEER_CONNECTION, Talk } from '~/phone/talk';

export type TestCallAccess = Schemas['TestCallAccess'];

export interface TestCallState extends Pick<PhoneCall, 'answeredAt' | 'isMuted' | 'isInterrupted'> {
  /** Why it is over; null while it is not. */
  readonly ending: Ending | null;
}

const LONGEST_HANDSHAKE = 8_000; // ms

/** One call, from its beginning to its end; make a new one to call again. */
export class TestCall {
  private state: TestCallState = { answeredAt: null, isMuted: false, isInterrupted: false, ending: null };
  private readonly listeners = new Set<() => void>();
  private agent: SipUserAgent | null = null;
  private isConnected = false;
  private talk: Talk | null = null;
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly access: TestCallAccess) {
    const agent = new SipUserAgent({
      sockets: new SipSocket(access.websocket_url, {
        onLine: (isUp) => this.lineChanged(isUp),
        onInvited: () => {},
      }),
      uri: access.uri,
      authorization_user: access.username,
      password: access.password,
      display_name: access.display_name,
      // It takes no calls, and the server watches over the session.
      register: false,
      session_timers: false,
      user_agent: 'Huntline page',
    });
    this.agent = agent;
    this.patience = setTimeout(() => this.over('unreachable'), LONGEST_HANDSHAKE);
    agent.start();
  }

  readonly now = (): TestCallState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly hangUp = (): void => (this.talk === null ? this.over('hung-up') : this.talk.hangUp());

  readonly setMuted = (isMuted: boolean): void => this.talk?.setMuted(isMuted);

  readonly press = (key: string): void => this.talk?.press(key);

  private lineChanged(isUp: boolean): void {
    this.isConnected = isUp;
    if (this.talk === null && isUp) void this.place();
    else if (isUp) this.talk?.connectionBack();
    else this.talk?.connectionLost();
  }

  private async place(): Promise<void> {
    clearTimeout(this.patience);
    const { microphone, speaker } = chosen();
    const stream = await captured(microphone).catch(() => null);
    if (stream === null) {
      this.over('no-microphone');
      return;
    }
    if (this.agent === null || this.talk !== null) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    const session = this.agent.call(this.access.target, { mediaStream: stream, pcConfig: PEER_CONNECTION });
    this.talk = new Talk(session as SipSession, speaker, {
      onChange: (change) => this.tell(change),
      onEnd: (why) => this.over(why),
      onSilenced: () => {},
      onMicrophoneLost: () => void this.talk?.speakInto(null),
      isConnected: () => this.isConnected,
      onDeaf: () => this.talk?.hangUp('no-audio'),
    });
    this.talk.use(stream);
  }

  /** Give back the line; the talk has given back microphone and sound. */
  private over(ending: Ending): void {
    clearTimeout(this.patience);
    this.agent?.stop();
    this.agent = null;
    if (this.state.ending === null) this.tell({ ending });
  }

  private tell(change: Partial<TestCallState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
