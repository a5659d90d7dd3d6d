/** The WebSocket to the server (RFC 7118), as JsSIP wants it: it notices by itself when nothing comes any more. */

import type { Socket } from 'jssip';

const LONGEST_HANDSHAKE = 4_000;
const KEEP_ALIVE_EVERY = 15_000;
const LONGEST_SILENCE = 8_000;

// RFC 5626 section 3.5.1: the one asks for the other.
const PING = '\r\n\r\n';

/** A line to the server. A dead network is a closed connection after half a minute, not after many. */
export class SipSocket implements Socket {
  readonly sip_uri: string;
  via_transport: string;
  onconnect: () => void = () => {};
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => {};
  ondata: (data: unknown) => void = () => {};

  private socket: WebSocket | null = null;
  private keepAlive: ReturnType<typeof setInterval> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly url: string) {
    const { protocol, host } = new URL(url);
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS';
    this.sip_uri = `sip:${host};transport=ws`;
  }

  connect(): void {
    if (this.socket !== null) return;
    const socket = new WebSocket(this.url, 'sip');
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }) => {
      this.heard();
      this.ondata(data);
    };
    socket.onclose = ({ wasClean, code, reason }) => this.lost(!wasClean, code, reason);
    this.waitNoLongerThan(LONGEST_HANDSHAKE);
  }

  disconnect(): void {
    const { socket } = this;
    this.socket = null;
    this.heard();
    clearInterval(this.keepAlive);
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): boolean {
    if (!this.isConnected()) return false;
    this.socket?.send(message);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  /** Ask the other end for a sign of life now: the network may have changed. */
  check(): void {
    if (this.send(PING)) this.waitNoLongerThan(LONGEST_SILENCE);
  }

  private opened(): void {
    this.heard();
    this.keepAlive = setInterval(() => this.check(), KEEP_ALIVE_EVERY);
    this.onconnect();
  }

  private waitNoLongerThan(limit: number): void {
    this.patience ??= setTimeout(() => this.lost(true), limit);
  }

  private heard(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
  }

  private lost(isError: boolean, code?: number, reason?: string): void {
    this.disconnect();
    this.ondisconnect(isError, code, reason);
  }
}
