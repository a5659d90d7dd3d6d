/** The registration of this page at the server, with credentials that are always fresh. Speaks SIP by JsSIP. */

import type { RTCSessionEvent } from 'jssip/lib/UA';
import { ApiProblem } from '~/api/client';
import { type SipIncoming, type SipSession, SipUserAgent } from './jssip';
import { SipSocket } from './socket';

/** What the server gives a page so that it can be a phone for some minutes. */
export interface Credentials {
  readonly websocket_url: string;
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  readonly display_name: string;
  readonly expires_at: string;
}

export interface RegistrationListener {
  /** The connection to the server is up, or down; it comes back by itself. */
  readonly onConnected: (isConnected: boolean) => void;
  /** Calls reach the page now. */
  readonly onRegistered: () => void;
  /** Calls do not reach the page, and it is tried again; `problem` is what the server said when asked. */
  readonly onUnregistered: (why: 'connecting' | 'refused', problem: unknown) => void;
  readonly onRing: (session: SipSession, request: SipIncoming) => void;
  /** The server rings with this Call-ID, perhaps once more: it does so when the line was down. */
  readonly onInvited: (callId: string) => void;
}

const FRESH_FOR = 120_000; // before they expire: a page in the background is late by up to a minute
const LONGEST_PAUSE = 30_000;

/** One registration of this page. Make a new one after `close`. */
export class Registration {
  private ua: SipUserAgent | null = null;
  private socket: SipSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private wantsCalls = true;
  isClosed = false;

  constructor(
    private readonly instance: string,
    private readonly fetchCredentials: () => Promise<Credentials>,
    private readonly listener: RegistrationListener,
  ) {
    window.addEventListener('online', this.reconnect);
    void this.renew();
  }

  /** The address of the user, once it is known. */
  get uri(): string | null {
    return this.ua?.configuration.uri.toString() ?? null;
  }

  get isConnected(): boolean {
    return this.socket?.isConnected() ?? false;
  }

  /** Place a call; raises before there are credentials. */
  call(target: string, options: Parameters<SipUserAgent['call']>[1]): SipSession {
    if (this.ua === null) throw new Error('there are no credentials yet');
    return this.ua.call(target, options) as SipSession;
  }

  /** Let calls come here again. */
  register(): void {
    this.wantsCalls = true;
    if (this.isConnected) this.ua?.register();
  }

  /** Let no more calls come here; those that are up go on. */
  unregister(): void {
    this.wantsCalls = false;
    if (this.isConnected) this.ua?.unregister();
  }

  /** Hang up everything and leave. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    window.removeEventListener('online', this.reconnect);
    this.ua?.removeAllListeners();
    this.ua?.stop();
    // What would arrive later may be about another registration of this page.
    if (!this.isConnected) this.socket?.disconnect();
    this.ua = null;
  }

  /** Try again now what is due later. */
  readonly reconnect = (): void => {
    if (this.ua === null) void this.renew();
    else this.socket?.check();
  };

  /** Get credentials, and use them from now on. */
  private async renew(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const credentials = await this.fetchCredentials();
      if (this.isClosed) return;
      this.later(Date.parse(credentials.expires_at) - Date.now() - FRESH_FOR);
      this.use(credentials);
    } catch (problem) {
      if (this.isClosed) return;
      this.listener.onUnregistered(problem instanceof ApiProblem ? 'refused' : 'connecting', problem);
      this.later(pauseAfter(this.attempts));
      this.attempts += 1;
    }
  }

  private later(pause: number): void {
    this.timer = setTimeout(() => void this.renew(), Math.max(pause, 1000));
  }

  private use(credentials: Credentials): void {
    if (this.ua === null) {
      this.begin(credentials);
      return;
    }
    this.ua.set('authorization_user', credentials.username);
    this.ua.set('password', credentials.password);
    // One registration was refused for want of what has just come.
    if (this.isConnected && !this.ua.isRegistered()) this.ua.register();
  }

  private begin(credentials: Credentials): void {
    this.socket = new SipSocket(credentials.websocket_url, {
      onLine: (isUp) => this.lineChanged(isUp),
      onInvited: this.listener.onInvited,
    });
    const ua = new SipUserAgent({
      sockets: this.socket,
      uri: credentials.uri,
      authorization_user: credentials.username,
      password: credentials.password,
      display_name: credentials.display_name,
      instance_id: this.instance,
      register_expires: 300,
      // The server refreshes sessions; a page that refreshed while its connection is down would end its call.
      session_timers: false,
      // The server decides how long it rings (rules.md: at most 180 s).
      no_answer_timeout: 300,
      user_agent: 'Huntline page',
    });
    ua.on('registered', () => {
      this.attempts = 0;
      this.listener.onRegistered();
    });
    ua.on('registrationFailed', () => this.refused());
    ua.on('newRTCSession', (event: RTCSessionEvent) => {
      if (event.originator === 'remote')
        this.listener.onRing(event.session as SipSession, event.request as SipIncoming);
    });
    this.ua = ua;
    ua.start();
  }

  private lineChanged(isUp: boolean): void {
    if (this.isClosed) return;
    if (!isUp) {
      this.ua?.forgetRegistration();
      this.listener.onUnregistered('connecting', null);
    } else if (this.wantsCalls) {
      // The server finds the calls of the page at the new connection when it knows whose that is.
      this.ua?.register();
    }
    this.listener.onConnected(isUp);
  }

  /** A registration was refused, or not answered: credentials that have expired are the likeliest reason. */
  private refused(): void {
    if (!this.isConnected) return;
    this.listener.onUnregistered('refused', null);
    clearTimeout(this.timer);
    this.later(pauseAfter(this.attempts));
    this.attempts += 1;
  }
}

/** How long to wait after so many attempts in vain. */
export function pauseAfter(attempts: number): number {
  return Math.min(1000 * 2 ** attempts, LONGEST_PAUSE);
}
