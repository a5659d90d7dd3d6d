/** Signing in by name and password, or by way of the identity provider. */

import { Button, Field, Input, Link, makeStyles, Title2, tokens } from '@fluentui/react-components';
import { LocalLanguageRegular } from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { addressOf, api, bodyOf } from '~/api/client';
import { useTakeSession } from '~/api/session';
import { Failure } from '~/parts/Failure';
import { Surface } from '~/parts/Surface';
import { ChoiceMenu } from './ChoiceMenu';

const useStyles = makeStyles({
  page: {
    display: 'grid',
    placeItems: 'center',
    minHeight: '100dvh',
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  card: { width: 'min(400px, 100%)', padding: tokens.spacingHorizontalXXL },
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  corner: { position: 'absolute', top: tokens.spacingVerticalM, right: tokens.spacingHorizontalM },
});

export function SignIn() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const takeSession = useTakeSession();
  const [form, setForm] = useState({ name: '', password: '' });
  const [organization, setOrganization] = useState('');
  const signIn = useMutation({
    mutationFn: () => {
      const body = { ...form, ...(organization ? { organization } : {}) };
      return bodyOf(api.POST('/api/v1/session', { body }));
    },
    onSuccess: takeSession,
  });
  const provider = useQuery({
    queryKey: ['provider'],
    queryFn: hasProvider,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    document.title = `${t('common:signIn')} · Huntline`;
  }, [t]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <main className={styles.page}>
      <div className={styles.corner}>
        <ChoiceMenu
          button={<Button icon={<LocalLanguageRegular />} aria-label={t('common:languageAndColours')} />}
        />
      </div>
      <Surface className={styles.card}>
        <form className={styles.form} onSubmit={submit}>
          <Title2 as="h1">Huntline</Title2>
          <Field label={t('common:name')} hint={t('common:nameHint')} required>
            <Input
              autoComplete="username"
              autoFocus
              value={form.name}
              onChange={(_, { value }) => setForm({ ...form, name: value })}
            />
          </Field>
          <Field label={t('common:password')} required>
            <Input
              type="password"
              autoComplete="current-password"
              value={form.password}
              onChange={(_, { value }) => setForm({ ...form, password: value })}
            />
          </Field>
          {signIn.isError && (
            <Field label={t('common:organization')} hint={t('common:organizationHint')}>
              <Input value={organization} onChange={(_, { value }) => setOrganization(value)} />
            </Field>
          )}
          <Failure error={signIn.error} />
          <Button type="submit" appearance="primary" disabled={signIn.isPending}>
            {t('common:signIn')}
          </Button>
          {provider.data && (
            <Link href={addressOf('/session/oidc', { return_to: pathname })}>
              {t('common:signInByProvider')}
            </Link>
          )}
        </form>
      </Surface>
    </main>
  );
}

/** Whether the server knows an identity provider: its way in would lead away from here. */
async function hasProvider(): Promise<boolean> {
  const answer = await fetch('/api/v1/session/oidc', { redirect: 'manual' });
  return answer.type === 'opaqueredirect';
}
