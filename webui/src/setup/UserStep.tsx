/** Step three: somebody who takes calls. */

import { Button, Switch, Text } from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem, api, bodyOf, type Schemas } from '~/api/client';
import { DoneNote } from './DoneNote';
import { StepForm } from './StepForm';
import { localPartOf, newPassword, SHORTEST_PASSWORD } from './steps';
import { TextField } from './TextField';

export interface MadeUser {
  readonly upn: string;
  readonly name: string;
  readonly phonePassword: string;
  readonly hasAccount: boolean;
}

interface Props {
  readonly made: MadeUser | null;
  readonly hasOthers: boolean;
  readonly onMade: (made: MadeUser | null) => void;
  readonly onNext: () => void;
}

export function UserStep(props: Props) {
  return props.made === null ? <UserForm {...props} /> : <Made {...props} made={props.made} />;
}

function UserForm({ hasOthers, onMade, onNext }: Props) {
  const { t } = useTranslation('setup');
  const [form, setForm] = useState(() => ({
    name: '',
    /** Null: as the name has it. */
    local: null as string | null,
    phonePassword: newPassword(),
    mayPage: true,
    password: '',
  }));
  // A user who is there already, when only the account was refused.
  const [addedUpn, setAddedUpn] = useState('');
  const put = (part: Partial<typeof form>) => setForm({ ...form, ...part });
  const domain = useDomain();
  const local = form.local ?? localPartOf(form.name);
  const upn = `${local}@${domain}`;
  const make = useMutation({
    mutationFn: async (): Promise<MadeUser> => {
      if (addedUpn !== upn) await addUser(upn, form.name.trim(), form.phonePassword);
      setAddedUpn(upn);
      if (form.mayPage) await addAccount(upn, form.password);
      return { upn, name: form.name.trim(), phonePassword: form.phonePassword, hasAccount: form.mayPage };
    },
    onSuccess: onMade,
  });
  const problem = make.error instanceof ApiProblem ? make.error : null;
  const shortness =
    form.password !== '' && form.password.length < SHORTEST_PASSWORD
      ? t('setup:admin.tooShort', { shortest: SHORTEST_PASSWORD })
      : undefined;
  return (
    <StepForm
      title={t('setup:user.title')}
      why={t(hasOthers ? 'setup:user.another' : 'setup:user.why')}
      action={t('setup:user.action')}
      isBusy={make.isPending || domain === ''}
      error={make.error}
      shown={['upn', 'display_name', 'sip_password', 'password']}
      onSubmit={() => make.mutate()}
      besides={
        <Button disabled={make.isPending} onClick={onNext}>
          {t(hasOthers ? 'setup:next' : 'setup:skip')}
        </Button>
      }
    >
      <TextField
        isFirst
        label={t('setup:user.name')}
        value={form.name}
        problem={problem?.of('display_name')}
        onChange={(name) => put({ name })}
      />
      <TextField
        label={t('setup:user.upn')}
        hint={t('setup:user.upnHint')}
        value={local}
        problem={problem?.of('upn')}
        after={<Text>@{domain}</Text>}
        onChange={(typed) => put({ local: typed })}
      />
      <TextField
        label={t('setup:user.phonePassword')}
        hint={t('setup:user.phonePasswordHint')}
        value={form.phonePassword}
        problem={problem?.of('sip_password')}
        after={
          <Button
            size="small"
            appearance="transparent"
            icon={<ArrowSyncRegular />}
            aria-label={t('setup:user.anotherPassword')}
            onClick={() => put({ phonePassword: newPassword() })}
          />
        }
        onChange={(phonePassword) => put({ phonePassword })}
      />
      <Switch
        label={t('setup:user.mayPage')}
        checked={form.mayPage}
        onChange={(_, { checked }) => put({ mayPage: checked })}
      />
      {form.mayPage && (
        <TextField
          type="password"
          label={t('setup:user.password')}
          hint={t('setup:admin.passwordHint', { shortest: SHORTEST_PASSWORD })}
          value={form.password}
          problem={problem?.of('password') ?? shortness}
          autoComplete="new-password"
          onChange={(password) => put({ password })}
        />
      )}
    </StepForm>
  );
}

function Made({ made, onMade, onNext }: Props & { readonly made: MadeUser }) {
  const { t } = useTranslation('setup');
  const undo = useMutation({
    mutationFn: async () => {
      const params = { path: { key: made.upn } };
      if (made.hasAccount) await api.DELETE('/api/v1/accounts/{key}', { params });
      await api.DELETE('/api/v1/users/{key}', { params });
    },
    onSuccess: () => onMade(null),
  });
  return (
    <DoneNote
      title={t('setup:user.doneTitle', { name: made.name || made.upn })}
      undo={t('setup:undo')}
      isBusy={undo.isPending}
      error={undo.error}
      onUndo={() => undo.mutate()}
      onNext={onNext}
    >
      {t(made.hasAccount ? 'setup:user.doneWithAccount' : 'setup:user.done', { upn: made.upn })}
    </DoneNote>
  );
}

/** The domain that the first user gets; empty until it is known. */
function useDomain(): string {
  const { data } = useQuery({
    queryKey: ['organization'],
    queryFn: () => bodyOf(api.GET('/api/v1/organization')),
  });
  return data?.domains[0] ?? '';
}

async function addUser(upn: string, name: string, phonePassword: string): Promise<void> {
  const user = {
    upn,
    display_name: name,
    licences: ['E5'],
    voice_enabled: true,
    sip_password: phonePassword,
  };
  // The types want what has a default, too.
  await api.POST('/api/v1/users', { body: user as Schemas['UserForm'] });
}

async function addAccount(upn: string, password: string): Promise<void> {
  const account = { name: upn, role: 'agent', user: upn, password };
  await api.POST('/api/v1/accounts', { body: account as Schemas['AccountForm'] });
}
