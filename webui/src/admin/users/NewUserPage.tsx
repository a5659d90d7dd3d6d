/** A user to be made: with an account to sign in with and their queues, all on one form. */

import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { type Base, useEditing } from '~/admin/parts/editing';
import { useOrganization } from '~/admin/parts/organization';
import { madeUpPassword } from '~/admin/parts/secrets';
import { ifMatch, storedOf } from '~/admin/parts/stored';
import { api, type Schemas } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { NewSignIn } from './NewSignIn';
import { UserFields } from './UserFields';
import {
  countsLicences,
  formOf,
  type NewUserDraft,
  newUser,
  partsOf,
  patchOf,
  userPart,
  withCalls,
} from './userDraft';

export function NewUserPage() {
  const { t } = useTranslation('users');
  return (
    <Page title={t('users:newTitle')}>
      <Loaded query={useOrganization()}>{(organization) => <NewUser organization={organization} />}</Loaded>
    </Page>
  );
}

function NewUser({ organization }: { readonly organization: Schemas['OrganizationView'] }) {
  const { t } = useTranslation(['users', 'admin']);
  const navigate = useNavigate();
  const client = useQueryClient();
  const mayManageAccounts = useMay('accounts');
  const made = useRef('');
  const done = useRef(new Set<string>());
  const stored = useMemo<Base<NewUserDraft>>(
    () => ({ draft: beginning(organization, mayManageAccounts), etag: null }),
    [organization, mayManageAccounts],
  );
  const editing = useEditing<NewUserDraft>({
    stored,
    missing: ({ upn }) => ({ upn: partsOf(upn).name === '' ? t('admin:isMissing') : undefined }),
    save: async (_, draft) => {
      made.current = await storeUser(draft, made.current);
      void client.invalidateQueries({ queryKey: ['users'] });
      // What is done stays done when something after it is refused.
      for (const [step, act] of furtherSteps(draft, made.current)) {
        if (done.current.has(step)) continue;
        await act();
        done.current.add(step);
      }
      return { draft, etag: null };
    },
    onSaved: () => navigate(`/users/${encodeURIComponent(made.current)}`, { replace: true }),
    done: t('admin:created'),
  });
  return (
    <UserFields editing={editing} user={null} action={t('users:create')}>
      <NewSignIn editing={editing} mayManageAccounts={mayManageAccounts} />
    </UserFields>
  );
}

function beginning(organization: Schemas['OrganizationView'], maySignIn: boolean): NewUserDraft {
  const user = newUser(organization.domains[0] ?? '');
  return {
    ...user,
    ...(!countsLicences(organization) && withCalls(user, true)),
    may_sign_in: maySignIn,
    password: madeUpPassword(),
    queues: [],
  };
}

/** Makes the user, or changes the one that an attempt before has made; returns the UPN. */
async function storeUser(draft: NewUserDraft, made: string): Promise<string> {
  const user = userPart(draft);
  if (made === '') return (await storedOf(api.POST('/api/v1/users', { body: formOf(user) }))).item.upn;
  const params = { path: { key: made } };
  return (await storedOf(api.PATCH('/api/v1/users/{key}', { params, body: patchOf(user) }))).item.upn;
}

function furtherSteps(draft: NewUserDraft, upn: string): readonly [string, () => Promise<unknown>][] {
  const { may_sign_in, password, queues } = draft;
  const account = { name: upn, role: 'agent' as const, user: upn, password, queues: [], is_disabled: false };
  return [
    ...(may_sign_in
      ? [
          ['account', () => api.POST('/api/v1/accounts', { body: account })] as [
            string,
            () => Promise<unknown>,
          ],
        ]
      : []),
    ...queues.map((queue): [string, () => Promise<unknown>] => [`queue ${queue}`, () => serve(queue, upn)]),
  ];
}

/** Makes somebody the last agent of a queue, as the queue is at this moment. */
async function serve(queue: string, upn: string): Promise<void> {
  const path = { key: queue };
  const { item, etag } = await storedOf(api.GET('/api/v1/queues/{key}', { params: { path } }));
  if (item.agents.includes(upn)) return;
  const params = { path, header: ifMatch(etag) };
  await api.PATCH('/api/v1/queues/{key}', { params, body: { agents: [...item.agents, upn] } });
}
