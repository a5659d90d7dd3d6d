import { UA, WebSocketInterface } from 'jssip';
import * as module from 'jssip/lib/RTCSession';
import { expect, test } from 'vitest';
import { mayEndTwice, type SipSession } from './jssip';

// What the module exports is the class itself; its types say otherwise.
const { default: RTCSession } = module as unknown as { default: new (ua: UA) => SipSession };

test('a session that is over may be ended again, and is over once', () => {
  const socket = new WebSocketInterface('ws://127.0.0.1:9');
  const session = new RTCSession(new UA({ sockets: socket, uri: 'sip:amal@contoso.com' }));
  let ends = 0;
  session.on('failed', () => {
    ends += 1;
  });
  mayEndTwice(session);
  session.terminate();
  // As JsSIP does where a hold was refused after the other end has hung up.
  session.terminate({ cause: 'WebRTC Error', status_code: 500, reason_phrase: 'Hold Failed' });
  expect(session.isEnded()).toBe(true);
  expect(ends).toBe(1);
});
