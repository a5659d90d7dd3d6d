import { expect, test } from 'vitest';
import { ownerOf } from './owner';

test('a queue and a user have pages', () => {
  expect(ownerOf('queue Help Desk')).toEqual({ name: 'Help Desk', path: '/queues/Help%20Desk' });
  expect(ownerOf('user amal@contoso.com')?.path).toBe('/users/amal%40contoso.com');
});

test('what has no page is only named', () => {
  expect(ownerOf('attendant')).toBeNull();
});
