import { expect, test } from 'vitest';
import { invited, Unanswered } from './unanswered';

function request(method: string, branch: string): string {
  return `${method} sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=${branch};rport\r\nCall-ID: abc\r\nCSeq: 7 ${method}\r\n\r\n`;
}

function response(status: number, method: string, branch: string): string {
  return `SIP/2.0 ${status} Word\r\nVia: SIP/2.0/WS x.invalid;rport;branch=${branch}\r\nCSeq: 7 ${method}\r\n\r\n`;
}

test('a request is sent again until it is answered for good', () => {
  const unanswered = new Unanswered();
  const invite = request('INVITE', 'z9hG4bK1');
  unanswered.add(invite, true, 0);
  unanswered.heard(response(180, 'INVITE', 'z9hG4bK1'));
  unanswered.heard(response(200, 'INVITE', 'z9hG4bK2'));
  expect(unanswered.again(1_000)).toEqual([invite]);
  expect(unanswered.again(2_000)).toEqual([invite]);
  unanswered.heard(response(486, 'INVITE', 'z9hG4bK1'));
  expect(unanswered.again(3_000)).toEqual([]);
});

test('a CANCEL and the INVITE that it is about are answered apart', () => {
  const unanswered = new Unanswered();
  const [invite, cancel] = [request('INVITE', 'z9hG4bK1'), request('CANCEL', 'z9hG4bK1')];
  unanswered.add(invite, true, 0);
  unanswered.add(cancel, true, 10);
  unanswered.heard(response(200, 'CANCEL', 'z9hG4bK1'));
  expect(unanswered.again(20)).toEqual([invite]);
});

test('a call that was declined is declined again until the ACK comes', () => {
  const unanswered = new Unanswered();
  const decline = response(603, 'INVITE', 'z9hG4bK1');
  unanswered.add(decline, true, 0);
  expect(unanswered.again(1_000)).toEqual([decline]);
  unanswered.heard(request('ACK', 'z9hG4bK1'));
  expect(unanswered.again(2_000)).toEqual([]);
});

test('what needs no answer is sent once, when it could not be sent before', () => {
  const unanswered = new Unanswered();
  const [sent, kept] = [request('ACK', 'z9hG4bK1'), response(200, 'INVITE', 'z9hG4bK2')];
  unanswered.add(sent, true, 0);
  unanswered.add(kept, false, 0);
  unanswered.add(kept, false, 500);
  expect(unanswered.again(1_000)).toEqual([kept]);
  expect(unanswered.again(1_000)).toEqual([]);
});

test('a registration is about one line, and of no use on another', () => {
  const unanswered = new Unanswered();
  unanswered.add(request('REGISTER', 'z9hG4bK1'), true, 0);
  unanswered.add(request('REGISTER', 'z9hG4bK2'), false, 0);
  expect(unanswered.again(10)).toEqual([]);
});

test('what its sender has given up is not sent any more', () => {
  const unanswered = new Unanswered();
  unanswered.add(request('BYE', 'z9hG4bK1'), false, 0);
  expect(unanswered.again(32_001)).toEqual([]);
});

test('only an INVITE names the call that rings', () => {
  expect(invited(request('INVITE', 'z9hG4bK1'))).toBe('abc');
  expect(invited(request('BYE', 'z9hG4bK1'))).toBeNull();
  expect(invited(response(200, 'INVITE', 'z9hG4bK1'))).toBeNull();
});
