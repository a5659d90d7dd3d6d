/** How a user signs in: their account, where they have one. */

import { Badge, Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AccountDialog } from '~/admin/accounts/AccountDialog';
import { type AccountView, accountOf } from '~/admin/accounts/account';
import { whole } from '~/admin/parts/listing';
import { Section } from '~/admin/parts/Section';
import { useSettingsChanged } from '~/admin/parts/settingsChanged';
import { api, bodyOf } from '~/api/client';
import { moment } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { useSay } from '~/parts/toasts';

const useStyles = makeStyles({
  account: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
});

export function SignInSection({ upn }: { readonly upn: string }) {
  const styles = useStyles();
  const { t } = useTranslation('accounts');
  const [isOpen, setOpen] = useState(false);
  const accounts = useQuery({
    queryKey: ['accounts', 'all'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/accounts', { params: { query } }))),
  });
  return (
    <Section title={t('accounts:signIn')} about={t('accounts:signInAbout')}>
      <Loaded query={accounts}>
        {(all) => {
          const account = accountOf(upn, all) ?? null;
          return (
            <>
              <div className={styles.account}>
                {account === null ? <Text>{t('accounts:none')}</Text> : <Summary account={account} />}
                <Button onClick={() => setOpen(true)}>
                  {t(account === null ? 'accounts:create' : 'accounts:change')}
                </Button>
              </div>
              {isOpen && <AccountDialog account={account} user={upn} onClose={() => setOpen(false)} />}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Summary({ account }: { readonly account: AccountView }) {
  const { t } = useTranslation('accounts');
  return (
    <>
      <Text weight="semibold">{account.name}</Text>
      <Text>{t(`accounts:roles.${account.role}`)}</Text>
      <AccountState account={account} />
    </>
  );
}

/** Whether somebody can sign in with it. */
export function AccountState({ account }: { readonly account: AccountView }) {
  const { t } = useTranslation('accounts');
  if (account.is_disabled)
    return (
      <Badge appearance="tint" color="danger">
        {t('accounts:disabled')}
      </Badge>
    );
  if (account.locked_until !== null) return <Locked account={account} until={account.locked_until} />;
  const canSignIn = account.has_password || account.oidc_subject !== null;
  return canSignIn ? (
    <Badge appearance="tint" color="success">
      {t('accounts:canSignIn')}
    </Badge>
  ) : (
    <Badge appearance="tint">{t('accounts:keysOnly')}</Badge>
  );
}

/** That too many attempts to sign in have failed, and a way to let its owner try again at once. */
function Locked({ account, until }: { readonly account: AccountView; readonly until: string }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('accounts');
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const unlocking = useMutation({
    mutationFn: () => api.DELETE('/api/v1/accounts/{key}/lock', { params: { path: { key: account.id } } }),
    onSuccess: () => {
      say.done(t('accounts:unlocked'));
      settingsChanged();
    },
    onError: say.failed,
  });
  return (
    <span className={styles.account}>
      <Badge appearance="tint" color="warning">
        {t('accounts:lockedUntil', { time: moment(until, i18n.language) })}
      </Badge>
      <Button
        size="small"
        aria-label={t('accounts:unlockNamed', { name: account.name })}
        disabled={unlocking.isPending}
        onClick={() => unlocking.mutate()}
      >
        {t('accounts:unlock')}
      </Button>
    </span>
  );
}
