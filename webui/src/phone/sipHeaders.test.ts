import { expect, test } from 'vitest';
import { causeIn, type End, endingOf, identityIn, ringOf } from './sipHeaders';

function headers(values: Record<string, string>) {
  return (name: string) => values[name];
}

test('a ring says for which queue, who calls, and how long they waited', () => {
  const ring = ringOf(
    'Help Desk: +14255550100',
    '+14255550100',
    headers({
      'X-Huntline-Queue': 'Help%20Desk',
      'X-Huntline-Call-ID': 'c1',
      'X-Huntline-Number': '+1%20425-555-0100',
      'X-Huntline-Waited': '12.4',
      'X-Huntline-Waiting': '3',
    }),
  );
  expect(ring).toEqual({
    party: { name: '', number: '+14255550100', shown: '+1 425-555-0100' },
    queue: 'Help Desk',
    callId: 'c1',
    waitedS: 12.4,
    transferredBy: null,
    othersWaiting: 3,
  });
});

test('a colleague has a name, and no queue', () => {
  const ring = ringOf('Bao Nguyen', 'bao', headers({}));
  expect(ring.party).toEqual({ name: 'Bao Nguyen', number: 'bao' });
  expect(ring.queue).toBeNull();
  expect(ring.waitedS).toBeNull();
});

test.each([
  ['"Amal \\"A\\" Haddad" <sip:amal@contoso.com>', 'Amal "A" Haddad'],
  ['<sip:amal@contoso.com>;cid=x', 'amal'],
  ['sip:amal@contoso.com', 'amal'],
  ['nobody', null],
])('%s transfers: %s', (address, who) => {
  expect(ringOf('Bao', 'bao', headers({ 'Referred-By': address })).transferredBy).toBe(who);
});

test('a caller who hides is nobody', () => {
  const ring = ringOf('Été: Anonymous', 'anonymous', headers({ 'X-Huntline-Queue': '%C3%89t%C3%A9' }));
  expect(ring).toMatchObject({ party: { name: '', number: '' }, queue: 'Été' });
});

test('a queue whose name was not encoded is shown as it came', () => {
  expect(ringOf('x', 'x', headers({ 'X-Huntline-Queue': '100 %' })).queue).toBe('100 %');
});

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';

test.each<[Partial<End>, string]>([
  [{ direction: 'in' }, 'caller-gone'],
  [{ direction: 'in', reason: ELSEWHERE }, 'answered-elsewhere'],
  [{ direction: 'in', isByUs: true }, 'declined'],
  [{ direction: 'in', reason: ELSEWHERE, wasAnswered: true }, 'answered-elsewhere'],
  [{ wasAnswered: true }, 'hung-up-there'],
  [{ wasAnswered: true, isByUs: true }, 'hung-up'],
  [{ isByUs: true }, 'hung-up'],
  [{ status: 486 }, 'busy-there'],
  [{ status: 603 }, 'declined-there'],
  [{ status: 480 }, 'unreachable'],
  [{ status: 404 }, 'not-found'],
  [{ status: 481 }, 'over-meanwhile'],
  [{ status: 403 }, 'not-allowed'],
  [{ status: 408 }, 'no-answer'],
  [{ status: 410 }, 'number-gone'],
  [{ status: 484 }, 'number-incomplete'],
  [{ status: 488 }, 'no-common-audio'],
  [{ status: 483 }, 'forwarded-too-often'],
  [{ status: 500 }, 'network-failed'],
  [{ status: 503 }, 'network-failed'],
  [{ status: 504 }, 'network-silent'],
  [{ status: 400 }, 'failed'],
])('an end like %o is %s', (end, why) => {
  const plain: End = { isByUs: false, wasAnswered: false, direction: 'out', status: null, reason: undefined };
  expect(endingOf({ ...plain, ...end })).toBe(why);
});

test.each([
  [ELSEWHERE, 200],
  ['Q.850;cause=16, SIP ;text="x" ;cause=480', 480],
  ['Q.850;cause=16', null],
  ['', null],
  [undefined, null],
])('the cause in %s is %s', (reason, cause) => {
  expect(causeIn(reason)).toBe(cause);
});

test('a description says by which certificate its audio is encrypted', () => {
  const sdp =
    'v=0\r\na=ice-lite\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 AB:CD\r\na=mid:0\r\n';
  expect(identityIn(sdp)).toBe('sha-256 AB:CD');
  expect(identityIn('v=0\r\nm=audio 9 RTP/AVP 0\r\n')).toBeNull();
});
