import { expect, test } from 'vitest';
import { draftOf, dropsGreeting, formOf, greetingOf, pinOf, type Settings } from './mailbox';

const PLAIN: Settings = {
  is_on: true,
  language: 'en',
  greeting_text: null,
  operator: null,
  longest: 300,
  kept_days: 30,
  quota: 100,
  mail: null,
  attach_sound: true,
  has_recorded_greeting: false,
  has_pin: false,
};

test('what is not touched is sent as it was', () => {
  const { has_pin: _, has_recorded_greeting: __, greeting_text: ___, ...rest } = PLAIN;
  expect(formOf(draftOf(PLAIN), true)).toEqual(rest);
});

test('how many messages there may be is not for the owner to say', () => {
  expect(formOf(draftOf(PLAIN), false)).not.toHaveProperty('quota');
});

test('an empty field is none', () => {
  const full = { ...PLAIN, mail: 'amal@contoso.com', operator: 'Help Desk' };
  const form = formOf({ ...draftOf(full), mail: ' ', operator: '' }, true);
  expect([form.mail, form.operator]).toEqual([null, null]);
});

test('a greeting is ours, a text or a sound', () => {
  expect(greetingOf(PLAIN)).toBe('default');
  expect(greetingOf({ ...PLAIN, greeting_text: 'Away.' })).toBe('text');
  expect(greetingOf({ ...PLAIN, has_recorded_greeting: true })).toBe('sound');
});

test('a text is sent only where it is the greeting, since it takes the place of a sound', () => {
  const sound = draftOf({ ...PLAIN, has_recorded_greeting: true });
  expect(formOf({ ...sound, text: 'Away.' }, true)).not.toHaveProperty('greeting_text');
  expect(formOf({ ...sound, greeting: 'text', text: ' Away. ' }, true).greeting_text).toBe('Away.');
});

test('a greeting goes when ours is chosen, and there was another', () => {
  const sound = { ...PLAIN, has_recorded_greeting: true };
  expect(dropsGreeting({ ...draftOf(sound), greeting: 'default' }, sound)).toBe(true);
  expect(dropsGreeting(draftOf(sound), sound)).toBe(false);
  expect(dropsGreeting(draftOf(PLAIN), PLAIN)).toBe(false);
});

test('a PIN stays, changes or goes', () => {
  const draft = draftOf(PLAIN);
  expect(pinOf(draft)).toBeUndefined();
  expect(pinOf({ ...draft, pin: '2468' })).toBe('2468');
  expect(pinOf({ ...draft, pin: '2468', removesPin: true })).toBeNull();
});
