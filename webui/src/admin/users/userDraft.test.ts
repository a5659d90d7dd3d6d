import { expect, test } from 'vitest';
import {
  countsLicences,
  draftOf,
  linesOf,
  named,
  newUser,
  partsOf,
  patchOf,
  takesCalls,
  type UserView,
  withCalls,
  withLicence,
} from './userDraft';

const AMAL = {
  id: 'u1',
  upn: 'amal@contoso.com',
  display_name: 'Amal',
  licences: ['E5'],
  voice_enabled: true,
  homed: 'online',
  line_uri: 'tel:+14255550101',
  contacts: ['sip:amal@10.0.0.5', 'sip:amal@10.0.0.6'],
  voicemail: null,
  forward_to: 'bao@contoso.com',
  when_busy: 'voicemail',
  when_no_answer: null,
  when_not_reachable: null,
  ring_time: 25,
  also_ring: [],
  hides_number: false,
  caller_id_policy: null,
  external_id: null,
  is_active: true,
  encryption: 'required',
  may_dial: 'international',
  has_sip_password: true,
  missing_for_calls: [],
  warnings: [],
} as UserView;

test('who is rung beside somebody is sent as settings write it, without rows that are empty', () => {
  const draft = draftOf({ ...AMAL, also_ring: [{ target: 'sip:bao@contoso.com', after: 10 }] });
  expect(draft.also_ring).toEqual([{ key: 0, target: 'bao@contoso.com', after: '10' }]);
  const more = [
    ...draft.also_ring,
    { key: 1, target: '+1 425 555 0123', after: '' },
    { key: 2, target: '', after: '5' },
  ];
  expect(patchOf({ also_ring: more }).also_ring).toEqual([
    { target: 'sip:bao@contoso.com', after: 10 },
    { target: 'tel:+14255550123', after: 0 },
  ]);
});

test('what is stored, sent whole, is what was stored', () => {
  const { contacts, line_uri, voicemail, forward_to, caller_id_policy } = patchOf(draftOf(AMAL));
  expect({ contacts, line_uri, voicemail, forward_to, caller_id_policy }).toEqual({
    contacts: AMAL.contacts,
    line_uri: AMAL.line_uri,
    voicemail: null,
    forward_to: 'bao@contoso.com',
    caller_id_policy: null,
  });
});

test('encryption by the way a phone comes is no setting at all', () => {
  expect(patchOf(draftOf(AMAL)).encryption).toBe('required');
  expect(patchOf({ encryption: '' })).toEqual({ encryption: null });
  expect(patchOf(draftOf(AMAL)).may_dial).toBe('international');
  expect(patchOf({ may_dial: '' })).toEqual({ may_dial: null });
});

test('a password that nobody typed is not mentioned', () => {
  expect(patchOf(draftOf(AMAL))).not.toHaveProperty('sip_password');
  expect(patchOf({ sip_password: 'open sesame' })).toEqual({ sip_password: 'open sesame' });
});

test('only what changed is sent', () => {
  expect(patchOf({ line_uri: '' })).toEqual({ line_uri: null });
  expect(patchOf({ forward_to: '', when_busy: '', ring_time: '' })).toEqual({
    forward_to: null,
    when_busy: null,
    ring_time: 20,
  });
  expect(patchOf({ when_busy: 'off', ring_time: '30' })).toEqual({ when_busy: 'off', ring_time: 30 });
});

test('a name has two parts, and a new one only the second', () => {
  expect(partsOf('a.b@contoso.com')).toEqual({ name: 'a.b', domain: 'contoso.com' });
  expect(partsOf(newUser('contoso.com').upn)).toEqual({ name: '', domain: 'contoso.com' });
});

test('lines without anything are none', () => {
  expect(linesOf(' sip:a@b \n\n, sip:c@d')).toEqual(['sip:a@b', 'sip:c@d']);
});

test('licences keep their order', () => {
  expect(withLicence(['CallingPlan'], 'E3', true)).toEqual(['E3', 'CallingPlan']);
  expect(withLicence(['E3', 'E5'], 'E3', false)).toEqual(['E5']);
});

test('one switch makes somebody take calls, with the least that it takes', () => {
  const before = { ...newUser('contoso.com'), voice_enabled: false, homed: 'lync-2010' as const };
  const after = { ...before, ...withCalls(before, true) };
  expect(takesCalls(before)).toBe(false);
  expect(takesCalls(after)).toBe(true);
  expect(after.licences).toEqual(['E5']);
  const system = { ...before, licences: ['E3', 'PhoneSystem'] as const };
  expect(withCalls(system, true).licences).toEqual(['E3', 'PhoneSystem']);
  expect(withCalls(system, false).licences).toEqual(['E3']);
});

test('licences are somebody’s business where the organization counts them', () => {
  expect(countsLicences({ licence_pools: {}, service_number_table: [] })).toBe(false);
  expect(countsLicences({ licence_pools: { E5: 10 }, service_number_table: [] })).toBe(true);
  expect(
    countsLicences({
      licence_pools: {},
      service_number_table: [{ phone_system_licences: 1, service_numbers: 5 }],
    }),
  ).toBe(true);
});

test('a name proposes one to sign in with until somebody has typed that', () => {
  const amelie = { ...newUser('contoso.com'), ...named(newUser('contoso.com'), 'Amélie R') };
  expect(amelie.upn).toBe('amelie.r@contoso.com');
  expect(named(amelie, 'Amélie Roux').upn).toBe('amelie.roux@contoso.com');
  expect(named({ ...amelie, upn: 'roux@contoso.com' }, 'Amélie Roux')).toEqual({
    display_name: 'Amélie Roux',
  });
});
