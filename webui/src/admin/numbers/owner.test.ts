import { expect, test } from 'vitest';
import { ownerOf } from './owner';

test('a queue, a user and an auto attendant have pages', () => {
  expect(ownerOf('queue Help Desk')).toEqual({ name: 'Help Desk', path: '/queues/Help%20Desk' });
  expect(ownerOf('user amal@contoso.com')?.path).toBe('/users/amal%40contoso.com');
  expect(ownerOf('attendant Front Desk')?.path).toBe('/attendants/Front%20Desk');
});

test('what has no page is only named', () => {
  expect(ownerOf('mailbox Sales')).toBeNull();
});
