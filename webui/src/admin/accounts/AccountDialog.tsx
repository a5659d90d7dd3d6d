/** An account to be made or changed: its role, whose it is, its password. */

import {
  Caption1,
  Field,
  Input,
  InteractionTag,
  InteractionTagPrimary,
  InteractionTagSecondary,
  makeStyles,
  Select,
  Switch,
  TagGroup,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '~/admin/parts/FormDialog';
import { PersonPicker, SearchPicker } from '~/admin/parts/pickers';
import { SecretInput } from '~/admin/parts/SecretInput';
import { api, bodyOf } from '~/api/client';
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
const MOST_FOUND = 20;

const useStyles = makeStyles({
  tags: { flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
});

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
            <OwnQueues
              queues={draft.queues}
              problem={problemOf('queues')}
              onChange={(queues) => set({ queues })}
            />
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

interface OwnQueuesProps {
  readonly queues: readonly string[];
  readonly problem: string | null;
  readonly onChange: (queues: string[]) => void;
}

/** The queues that a queue owner may change. */
function OwnQueues({ queues, problem, onChange }: OwnQueuesProps) {
  const styles = useStyles();
  const { t } = useTranslation(['accounts', 'admin']);
  const find = async (search: string) => {
    const query = { search, limit: MOST_FOUND + queues.length };
    const { items } = await bodyOf(api.GET('/api/v1/queues', { params: { query } }));
    return items
      .filter(({ name }) => !queues.includes(name))
      .slice(0, MOST_FOUND)
      .map(({ name }) => ({ value: name, text: name }));
  };
  return (
    <div>
      <Field label={t('accounts:queues')} validationMessage={problem}>
        <SearchPicker
          queryKey={['queues', queues]}
          placeholder={t('accounts:findQueue')}
          find={find}
          onPick={({ value }) => onChange([...queues, value])}
        />
      </Field>
      {queues.length === 0 ? (
        <Caption1>{t('accounts:noQueues')}</Caption1>
      ) : (
        <TagGroup
          className={styles.tags}
          aria-label={t('accounts:queues')}
          onDismiss={(_, { value }) => onChange(queues.filter((name) => name !== value))}
        >
          {queues.map((name) => (
            <InteractionTag key={name} value={name} size="small">
              <InteractionTagPrimary hasSecondaryAction>{name}</InteractionTagPrimary>
              <InteractionTagSecondary aria-label={t('admin:takeOut', { name })} />
            </InteractionTag>
          ))}
        </TagGroup>
      )}
    </div>
  );
}
