import { expect, test } from 'vitest';
import { bodyOfTrunk, draftOfTrunk, type Trunk } from './trunkDraft';

const TRUNK: Trunk = {
  name: 'Provider',
  addresses: ['192.0.2.1'],
  foreign_numbers: false,
  is_trusted: true,
  hosts: ['sip.provider.example', '192.0.2.2:5070'],
  transport: 'tcp',
  username: 'contoso',
  registers: true,
  registers_all_numbers: false,
  options_interval: 60,
  most_calls: 30,
  most_calls_per_second: 5,
  prefixes_in: ['00>+'],
  prefixes_out: ['+33>0', '+>00'],
  encryption: 'offered',
  is_enabled: true,
  numbers: ['+1425'],
  has_password: true,
};

test('a trunk that nobody touches is sent as it was, and its password stays', () => {
  const { has_password, ...settings } = TRUNK;
  expect(has_password).toBe(true);
  expect(bodyOfTrunk(draftOfTrunk(TRUNK))).toEqual(settings);
});

test('a password is sent when one was typed, and goes with the user name', () => {
  const draft = draftOfTrunk(TRUNK);
  expect(bodyOfTrunk({ ...draft, password: 'another one' }).password).toBe('another one');
  expect(bodyOfTrunk({ ...draft, username: ' ' })).toMatchObject({ username: null, password: null });
});

test('a new trunk has what the server would give it, and an empty number is that as well', () => {
  const draft = draftOfTrunk(null);
  expect([draft.transport, draft.options_interval, draft.is_enabled]).toEqual(['udp', '30', true]);
  expect(bodyOfTrunk({ ...draft, name: ' New ', options_interval: '' })).toMatchObject({
    name: 'New',
    options_interval: 30,
    hosts: [],
  });
});
