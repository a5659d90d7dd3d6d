import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nextTryIn, SipSocket } from './socket';

class FakeWebSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static all: FakeWebSocket[] = [];
  readyState = FakeWebSocket.CONNECTING;
  readonly sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeWebSocket.all.push(this);
  }

  send(message: string): void {
    this.sent.push(message);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = FakeWebSocket.OPEN;
    this.onopen?.();
  }

  breakDown(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const BYE = 'BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nCSeq: 7 BYE\r\n\r\n';

function newest(): FakeWebSocket {
  const socket = FakeWebSocket.all.at(-1);
  if (socket === undefined) throw new Error('nothing was opened');
  return socket;
}

function line(): { socket: SipSocket; told: unknown[] } {
  const told: unknown[] = [];
  const socket = new SipSocket('ws://127.0.0.1:8081', {
    onLine: (isUp) => told.push(isUp),
    onInvited: (callId) => told.push(callId),
  });
  socket.onconnect = () => told.push('connected');
  socket.ondisconnect = () => told.push('disconnected');
  socket.connect();
  newest().open();
  return { socket, told };
}

beforeEach(() => {
  FakeWebSocket.all = [];
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a line that broke is there again at once, and JsSIP hears nothing of it', () => {
  const { told } = line();
  newest().breakDown();
  vi.advanceTimersByTime(0);
  expect(FakeWebSocket.all).toHaveLength(2);
  newest().open();
  expect(told).toEqual(['connected', true, false, true]);
});

test('what was said while the line was down is sent when it is back', () => {
  const { socket } = line();
  newest().breakDown();
  expect(socket.send(BYE)).toBe(true);
  vi.advanceTimersByTime(0);
  newest().open();
  expect(newest().sent).toEqual([BYE]);
});

test('a server that starts is tried often, one that stays away seldom', () => {
  line();
  newest().breakDown();
  let tries = 0;
  for (let passed = 0; passed < 2_000; passed += 10) {
    vi.advanceTimersByTime(10);
    if (newest().readyState === FakeWebSocket.CONNECTING) {
      tries += 1;
      newest().breakDown();
    }
  }
  expect(tries).toBeGreaterThanOrEqual(6);
  expect(nextTryIn(0)).toBe(0);
  expect(nextTryIn(600_000)).toBe(8_000);
});

test('an INVITE is told by its Call-ID, also one that comes again', () => {
  const { told } = line();
  newest().onmessage?.({ data: 'INVITE sip:a SIP/2.0\r\nCall-ID: one\r\n\r\n' });
  expect(told.at(-1)).toBe('one');
});

test('a line that was given up stays down', () => {
  const { socket } = line();
  newest().breakDown();
  socket.disconnect();
  vi.advanceTimersByTime(60_000);
  expect(FakeWebSocket.all).toHaveLength(1);
});
