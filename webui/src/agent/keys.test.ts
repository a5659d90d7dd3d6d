// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { shortcutOf } from './keys';

const none = { ctrlKey: false, altKey: false, metaKey: false, repeat: false, defaultPrevented: false };

/** An element in a page, made from a selector's worth of HTML. */
function inside(html: string): Element {
  document.body.innerHTML = html;
  return document.body.querySelector('[id=here]') ?? document.body;
}

test.each([
  ['a', 'accept'],
  ['A', 'accept'],
  ['Enter', 'accept'],
  ['d', 'decline'],
  ['Escape', 'decline'],
  ['x', null],
])('%s asks for %s', (key, wanted) => {
  expect(shortcutOf({ ...none, key, target: document.body })).toBe(wanted);
});

test.each([
  '<input id="here">',
  '<div role="combobox" id="here"></div>',
  '<div contenteditable id="here"></div>',
])('in %s a key is a letter', (html) => {
  for (const key of ['a', 'd', 'Enter', 'Escape'])
    expect(shortcutOf({ ...none, key, target: inside(html) })).toBeNull();
});

test('Escape closes what is open, and declines nothing', () => {
  const target = inside('<div role="dialog"><button id="here"></button></div>');
  expect(shortcutOf({ ...none, key: 'Escape', target })).toBeNull();
});

test('Enter works on the control that has the focus', () => {
  const target = inside('<button id="here"></button>');
  expect(shortcutOf({ ...none, key: 'Enter', target })).toBeNull();
  expect(shortcutOf({ ...none, key: 'a', target })).toBe('accept');
});

test.each(['ctrlKey', 'altKey', 'metaKey', 'repeat', 'defaultPrevented'])('not with %s', (flag) => {
  expect(shortcutOf({ ...none, [flag]: true, key: 'a', target: document.body })).toBeNull();
});
