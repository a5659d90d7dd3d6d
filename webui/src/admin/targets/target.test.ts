import { expect, test } from 'vitest';
import { readable, type Target, targetOf, telephone, written } from './target';

const DOMAINS = ['contoso.com'];

test.each<[string, Target]>([
  ['Sales', { kind: 'queue', target: 'Sales' }],
  ['sip:amal@contoso.com', { kind: 'person', target: 'amal@contoso.com' }],
  ['sip:amal@fabrikam.com', { kind: 'address', target: 'sip:amal@fabrikam.com' }],
  [
    'sip:hg_0123456789abcdef0123456789abcdef@contoso.com',
    { kind: 'queue', target: 'sip:hg_0123456789abcdef0123456789abcdef@contoso.com' },
  ],
  ['tel:+441632960001', { kind: 'address', target: 'tel:+441632960001' }],
  ['attendant:Main menu', { kind: 'attendant', target: 'Main menu' }],
  ['voicemail:Sales', { kind: 'voicemail', target: 'Sales' }],
  ['voicemail:amal@contoso.com', { kind: 'voicemail', target: 'amal@contoso.com' }],
])('%s is read and written back', (text, target) => {
  expect(targetOf(text, DOMAINS)).toEqual(target);
  expect(written(target)).toBe(text);
});

test('what marks a target may be in capitals', () => {
  expect(targetOf('Attendant:Main', DOMAINS)).toEqual({ kind: 'attendant', target: 'Main' });
});

test('an address without sip: is one all the same', () => {
  expect(targetOf('amal@contoso.com', DOMAINS)).toEqual({ kind: 'person', target: 'amal@contoso.com' });
});

test('nothing chosen is nothing written', () => {
  for (const kind of ['person', 'attendant', 'voicemail', 'queue', 'address'] as const)
    expect(written({ kind, target: ' ' })).toBe('');
});

test('a number is written with or without tel:', () => {
  expect(telephone(' +441632960001')).toBe('tel:+441632960001');
  expect(telephone('tel:+441632960001')).toBe('tel:+441632960001');
  expect(telephone('0163 296')).toBe('0163 296');
  expect(written({ kind: 'address', target: '+441632960001' })).toBe('tel:+441632960001');
});

test('people read names and numbers', () => {
  expect(readable({ target: 'tel:+33140000000' })).toBe('+33140000000');
  expect(readable({ target: 'sip:hg_0123456789abcdef0123456789abcdef@contoso.com' })).toBe('');
});
