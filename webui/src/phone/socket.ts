/** The line to the server: WebSockets (RFC 7118), one after the other, that JsSIP sees as one that never breaks. */

import type { Socket } from 'jssip';
import { invited, Unanswered } from './unanswered';

const LONGEST_HANDSHAKE = 4_000;
const KEEP_ALIVE_EVERY = 15_000;
const LONGEST_SILENCE = 8_000;
const SHORTEST_PAUSE = 250;
const LONGEST_PAUSE = 8_000;

// RFC 5626 section 3.5.1: the one asks for the other.
const PING = '\r\n\r\n';

export interface LineListener {
  /** The line is up, or down. */
  readonly onLine: (isUp: boolean) => void;
  /** An INVITE came with this Call-ID, perhaps once more. */
  readonly onInvited: (callId: string) => void;
}

/**
 * A line to the server that comes back by itself. What was sent and not answered, or could not be sent, is sent
 * over the next connection: by the rules of SIP that is one message that came late. JsSIP, which would give up
 * everything under way with a connection, hears only of the first one.
 *
 * A dead network is a closed connection after half a minute, not after many.
 */
export class SipSocket implements Socket {
  readonly sip_uri: string;
  via_transport: string;
  onconnect: () => void = () => {};
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => {};
  ondata: (data: unknown) => void = () => {};

  private readonly unanswered = new Unanswered();
  private socket: WebSocket | null = null;
  private hasBeenUp = false;
  private awaySince: number | null = null;
  private nextTry: ReturnType<typeof setTimeout> | undefined;
  private keepAlive: ReturnType<typeof setInterval> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly url: string,
    private readonly listener: LineListener,
  ) {
    const { protocol, host } = new URL(url);
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS';
    this.sip_uri = `sip:${host};transport=ws`;
  }

  connect(): void {
    if (this.socket !== null) return;
    clearTimeout(this.nextTry);
    const socket = new WebSocket(this.url, 'sip');
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }) => this.received(data);
    socket.onclose = () => this.lost();
    this.waitNoLongerThan(LONGEST_HANDSHAKE);
  }

  disconnect(): void {
    clearTimeout(this.nextTry);
    this.drop();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): boolean {
    const text = String(message);
    const isUp = this.isConnected();
    this.unanswered.add(text, isUp, Date.now());
    if (isUp) this.socket?.send(text);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  /** The network may have changed: try now what is due later, or ask the other end for a sign of life. */
  check(): void {
    this.connect();
    if (this.isConnected()) this.ask();
  }

  private ask(): void {
    this.socket?.send(PING);
    this.waitNoLongerThan(LONGEST_SILENCE);
  }

  private opened(): void {
    this.heard();
    this.awaySince = null;
    this.keepAlive = setInterval(() => this.ask(), KEEP_ALIVE_EVERY);
    for (const message of this.unanswered.again(Date.now())) this.socket?.send(message);
    if (!this.hasBeenUp) this.onconnect();
    this.hasBeenUp = true;
    this.listener.onLine(true);
  }

  private received(data: unknown): void {
    this.heard();
    if (typeof data === 'string') {
      this.unanswered.heard(data);
      const callId = invited(data);
      if (callId !== null) this.listener.onInvited(callId);
    }
    this.ondata(data);
  }

  private waitNoLongerThan(limit: number): void {
    this.patience ??= setTimeout(() => this.lost(), limit);
  }

  private heard(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
  }

  private drop(): void {
    const { socket } = this;
    this.socket = null;
    this.heard();
    clearInterval(this.keepAlive);
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private lost(): void {
    this.drop();
    const now = Date.now();
    const wasUp = this.awaySince === null && this.hasBeenUp;
    this.awaySince ??= now;
    this.nextTry = setTimeout(() => this.connect(), nextTryIn(now - this.awaySince));
    if (wasUp) this.listener.onLine(false);
  }
}

/** How long to wait before the next try to reach a server that has been away for so long: it may be starting. */
export function nextTryIn(away: number): number {
  if (away === 0) return 0;
  return Math.min(Math.max(away / 3, SHORTEST_PAUSE), LONGEST_PAUSE);
}
