import { expect, test } from 'vitest';
import { endingOf } from './testCall';

test.each([
  ['Busy', 486, 'busy'],
  ['Rejected', 600, 'busy'],
  ['User Denied Media Access', null, 'no-microphone'],
  ['Connection Error', null, 'unreachable'],
  ['Request Timeout', 408, 'unreachable'],
  ['Canceled', null, 'hung-up'],
  ['Canceled', 487, 'hung-up'],
  ['Terminated', null, 'hung-up'],
  ['Rejected', 403, 'refused'],
  ['SIP Failure Code', 503, 'refused'],
])('%s with %s is %s', (cause, status, ending) => {
  expect(endingOf(cause, status)).toBe(ending);
});
