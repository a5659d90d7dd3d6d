import { expect, test } from 'vitest';
import { draftOf, type MyRule, ruleOf, wishOf, writtenTarget } from './rule';

const RULE: MyRule = {
  forward_to: null,
  when_busy: 'sip:bao@contoso.com',
  when_no_answer: 'voicemail',
  when_not_reachable: 'off',
  ring_time: 25,
  also_ring: [{ target: 'tel:+442071234567', after: 10 }],
  hides_number: true,
  may_hide_number: true,
  star_codes: {
    opt_out: '*45',
    opt_in: '*46',
    forward_all: '*72',
    forward_all_off: '*73',
    forward_busy: '*90',
    forward_busy_off: '*91',
    forward_no_answer: '*92',
    forward_no_answer_off: '*93',
    hide_number: '*67',
  },
};

test('what the server has comes back as it was', () => {
  const { may_hide_number, star_codes, ...own } = RULE;
  expect(ruleOf(draftOf(RULE))).toEqual(own);
});

test('a wish is one of four, and an address is shown as people write it', () => {
  expect(wishOf(null).kind).toBe('none');
  expect(wishOf('off').kind).toBe('off');
  expect(wishOf('voicemail').kind).toBe('voicemail');
  expect(wishOf('tel:+1425')).toEqual({ kind: 'target', target: '+1425' });
});

test.each([
  ['+44 20 7123-4567', 'tel:+442071234567'],
  [' bao@contoso.com ', 'sip:bao@contoso.com'],
  ['SIP:bao@contoso.com', 'SIP:bao@contoso.com'],
  ['attendant:Main', 'attendant:Main'],
  ['bao', 'bao'],
])('%s is sent as %s', (typed, sent) => {
  expect(writtenTarget(typed)).toBe(sent);
});

test('an empty line rings nobody, and an empty number is the default', () => {
  const draft = { ...draftOf(RULE), ringTime: '', alsoRing: [{ key: 1, target: ' ', after: '5' }] };
  expect(ruleOf(draft)).toMatchObject({ ring_time: 20, also_ring: [] });
});
