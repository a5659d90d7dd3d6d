import { expect, test } from 'vitest';
import { domainOf, targetOf } from './target';

test.each([
  ['+1 (425) 555-0100', 'sip:+14255550100@contoso.com'],
  ['tel:+14255550100', 'sip:+14255550100@contoso.com'],
  ['01 42 55 50 10', 'sip:0142555010@contoso.com'],
  ['*21#', 'sip:*21%23@contoso.com'],
  ['bao@contoso.com', 'sip:bao@contoso.com'],
  ['sip:bao@redmond.contoso.com', 'sip:bao@redmond.contoso.com'],
  ['bao', null],
  ['', null],
  ['+', null],
  ['a b@contoso.com', null],
])('%s calls %s', (text, uri) => {
  expect(targetOf(text, 'contoso.com')).toBe(uri);
});

test('the domain of an address', () => {
  expect(domainOf('sip:amal@contoso.com')).toBe('contoso.com');
});
