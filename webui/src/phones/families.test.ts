import { expect, test } from 'vitest';
import type { NewPhone } from './door';
import { addressOf, isScanned, requestOf, titleOf } from './families';

const PHONE = {
  id: 'a1a1a1a1a1a1',
  family: 'linphone',
  mac: null,
  name: '',
  language: 'en',
  username: 'phone-a1a1a1a1a1a1',
  has_address: true,
} as const;
const MADE: NewPhone = {
  phone: PHONE,
  path: '/provision/secret/linphone.xml',
  account: {
    uri: 'sip:amal@contoso.com',
    user: 'amal',
    domain: 'contoso.com',
    username: PHONE.username,
    password: 'open',
    host: '192.0.2.1',
    port: 5060,
    transport: 'tcp',
    encryption: 'never',
  },
};

test('the address is that of the page, whatever stands in front of the server', () => {
  expect(addressOf(MADE, 'https://queue.contoso.com/users/amal')).toBe(
    'https://queue.contoso.com/provision/secret/linphone.xml',
  );
  expect(addressOf({ ...MADE, path: null }, 'https://queue.contoso.com/')).toBeNull();
});

test('only what has the address printed on it sends one', () => {
  const draft = { mac: ' 00:15:65:AA:BB:CC ', name: ' Desk ' };
  expect(requestOf({ ...draft, family: 'snom' }, 'fr')).toEqual({
    family: 'snom',
    mac: '00:15:65:AA:BB:CC',
    name: 'Desk',
    language: 'fr',
  });
  expect(requestOf({ ...draft, family: 'other' }, 'en').mac).toBeNull();
});

test('Linphone is set up by its camera, and phones are told apart', () => {
  expect(isScanned(MADE)).toBe(true);
  expect(isScanned({ ...MADE, phone: { ...PHONE, family: 'other' } })).toBe(false);
  expect(titleOf(PHONE)).toBe('phone-a1a1a1a1a1a1');
  expect(titleOf({ ...PHONE, mac: '00:15' })).toBe('00:15');
});
