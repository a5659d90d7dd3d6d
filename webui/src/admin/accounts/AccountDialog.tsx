/** An account to be made or changed: its role, whose it is, its password. */

import { Field, Input, Select, Switch } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '~/admin/parts/FormDialog';
import { PersonPicker } from '~/admin/parts/pickers';
import { QueueTags } from '~/admin/parts/QueueTags';
import { SecretInput } from '~/admin/parts/SecretInput';
import { api } from '~/api/client';
import {
  type AccountDraft,
  type AccountView,
  draftOf,
  formOf,
  newAccount,
  ROLES,
  type Role,
} from './account';

const SHOWN = ['name', 'role', 'queues', 'user', 'password'];

interface Props {
  /** null: a new one. */
  readonly account: AccountView | null;
  /** Whose account it is, where that is settled: a UPN. */
  readonly user?: string;
  readonly onClose: () => void;
}

export function AccountDialog({ account, user, onClose }: Props) {
  const { t } = useTranslation('accounts');
  const [draft, setDraft] = useState(account === null ? newAccount(user ?? '') : draftOf(account));
  const set = (change: Partial<AccountDraft>) => setDraft({ ...draft, ...change });
  const act = async () => {
    const body = formOf(draft);
    if (account === null) await api.POST('/api/v1/accounts', { body });
    else await api.PATCH('/api/v1/accounts/{key}', { params: { path: { key: account.id } }, body });
  };
  return (
    <FormDialog
      title={account === null ? t('accounts:create') : account.name}
      act={act}
      shown={SHOWN}
      onClose={onClose}
    >
      {(problemOf) => (
        <>
          <Field
            label={t('accounts:name')}
            hint={t('accounts:nameHint')}
            validationMessage={problemOf('name')}
            required
          >
            <Input autoComplete="off" value={draft.name} onChange={(_, { value }) => set({ name: value })} />
          </Field>
          <Field
            label={t('accounts:role')}
            hint={t(`accounts:roleHint.${draft.role}`)}
            validationMessage={problemOf('role')}
          >
            <Select value={draft.role} onChange={(_, { value }) => set({ role: value as Role })}>
              {ROLES.map((role) => (
                <option key={role} value={role}>
                  {t(`accounts:roles.${role}`)}
                </option>
              ))}
            </Select>
          </Field>
          {draft.role === 'queue-owner' && (
            <Field label={t('accounts:queues')} validationMessage={problemOf('queues')}>
              <QueueTags
                label={t('accounts:queues')}
                queues={draft.queues}
                onChange={(queues) => set({ queues })}
              />
            </Field>
          )}
          {user === undefined && (
            <Field
              label={t('accounts:user')}
              hint={t('accounts:userHint')}
              validationMessage={problemOf('user')}
            >
              <PersonPicker
                chosen={draft.user}
                onType={(typed) => set({ user: typed })}
                onPick={({ value }) => set({ user: value, name: draft.name || value })}
              />
            </Field>
          )}
          <Field
            label={t(account?.has_password ? 'accounts:newPassword' : 'accounts:password')}
            hint={t(account?.has_password ? 'accounts:newPasswordHint' : 'accounts:passwordHint')}
            validationMessage={problemOf('password')}
          >
            <SecretInput value={draft.password} onType={(password) => set({ password })} />
          </Field>
          {account !== null && (
            <Switch
              label={t('accounts:maySignIn')}
              checked={!draft.is_disabled}
              onChange={(_, { checked }) => set({ is_disabled: !checked })}
            />
          )}
        </>
      )}
    </FormDialog>
  );
}
