/** Accounts: who may sign in, or use the API, in which role. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';

export type AccountView = Schemas['AccountView'];
export type AccountForm = Schemas['AccountForm'];
export type AccountPatch = Schemas['AccountPatch'];
export type Role = Schemas['Role'];

/** The least that an account may do first. */
export const ROLES = ['agent', 'queue-owner', 'auditor', 'admin'] as const;

export interface AccountDraft {
  readonly name: string;
  readonly role: Role;
  readonly queues: readonly string[];
  /** UPN; empty: it is no user's. */
  readonly user: string;
  /** Empty: as before, or none. */
  readonly password: string;
  readonly is_disabled: boolean;
}

/** A new account, of a user where there is one: called like them. */
export function newAccount(user: string): AccountDraft {
  const role = user === '' ? 'admin' : 'agent';
  return { name: user, role, queues: [], user, password: '', is_disabled: false };
}

export function draftOf({ name, role, queues, user, is_disabled }: AccountView): AccountDraft {
  return { name, role, queues, user: user ?? '', password: '', is_disabled };
}

/** What is sent: queues only for the role that has them, a password only when one is typed. */
export function formOf(draft: AccountDraft): AccountForm {
  const { name, role, queues, user, password, is_disabled } = draft;
  return {
    name: name.trim(),
    role,
    queues: role === 'queue-owner' ? [...queues] : [],
    user: user === '' ? null : user,
    is_disabled,
    ...(password !== '' && { password }),
  };
}

/** The account that a user signs in with: of several that which is called like them, or the first. */
export function accountOf(upn: string, accounts: readonly AccountView[]): AccountView | undefined {
  const own = accounts.filter(({ user }) => user === upn);
  return own.find(({ name }) => name.toLowerCase() === upn) ?? own[0];
}
