/** How a user signs in: their account, where they have one. */

import { Badge, Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AccountDialog } from '~/admin/accounts/AccountDialog';
import { type AccountView, accountOf } from '~/admin/accounts/account';
import { whole } from '~/admin/parts/listing';
import { Section } from '~/admin/parts/Section';
import { api, bodyOf } from '~/api/client';
import { Loaded } from '~/parts/Loaded';

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
  const canSignIn = account.has_password || account.oidc_subject !== null;
  return canSignIn ? (
    <Badge appearance="tint" color="success">
      {t('accounts:canSignIn')}
    </Badge>
  ) : (
    <Badge appearance="tint">{t('accounts:keysOnly')}</Badge>
  );
}
