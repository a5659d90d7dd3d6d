import { expect, test } from 'vitest';
import { type AccountView, accountOf, draftOf, formOf, newAccount } from './account';

const ACCOUNT: AccountView = {
  id: 'a1',
  name: 'amal@contoso.com',
  role: 'queue-owner',
  queues: ['Help Desk'],
  user: 'amal@contoso.com',
  oidc_subject: null,
  is_disabled: false,
  has_password: true,
  locked_until: null,
};

test('a password that nobody typed is not mentioned', () => {
  expect(formOf(draftOf(ACCOUNT))).not.toHaveProperty('password');
  expect(formOf({ ...draftOf(ACCOUNT), password: 'open sesame 1' }).password).toBe('open sesame 1');
});

test('queues are those of a queue owner only', () => {
  expect(formOf(draftOf(ACCOUNT)).queues).toEqual(['Help Desk']);
  expect(formOf({ ...draftOf(ACCOUNT), role: 'auditor' }).queues).toEqual([]);
});

test("a user's new account is an agent's, and called like them", () => {
  expect(formOf(newAccount('bao@contoso.com'))).toMatchObject({ name: 'bao@contoso.com', role: 'agent' });
  expect(formOf(newAccount('')).user).toBeNull();
});

test('of several accounts that counts which is called like the user', () => {
  const other = { ...ACCOUNT, id: 'a0', name: 'scripts' };
  expect(accountOf('amal@contoso.com', [other, ACCOUNT])?.id).toBe('a1');
  expect(accountOf('amal@contoso.com', [other])?.id).toBe('a0');
  expect(accountOf('bao@contoso.com', [ACCOUNT])).toBeUndefined();
});
