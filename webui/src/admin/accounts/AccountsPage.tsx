/** Accounts of people and of programs, and their API keys. */

import { Body1, Button, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, EditRegular, KeyRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, ListPart } from '~/admin/parts/ListPage';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { AccountState } from '~/admin/users/SignInSection';
import { api, bodyOf } from '~/api/client';
import { AccountDialog } from './AccountDialog';
import type { AccountView } from './account';
import { KeysDialog } from './KeysDialog';

const useStyles = makeStyles({
  lines: { display: 'flex', flexDirection: 'column', overflowWrap: 'anywhere' },
  actions: { display: 'flex' },
  add: { alignSelf: 'start' },
  detail: { color: tokens.colorNeutralForeground2 },
});

export function AccountsPage() {
  const styles = useStyles();
  const { t } = useTranslation(['accounts', 'admin']);
  const [edited, setEdited] = useState<AccountView | 'new' | null>(null);
  const [keysOf, setKeysOf] = useState<AccountView | null>(null);
  const columns: Column<AccountView>[] = [
    {
      id: 'name',
      title: t('accounts:name'),
      cell: ({ name, user }) => (
        <span className={styles.lines}>
          {name}
          {user !== null && user !== name && <Caption1 className={styles.detail}>{user}</Caption1>}
        </span>
      ),
    },
    {
      id: 'role',
      title: t('accounts:role'),
      cell: ({ role, queues }) => (
        <span className={styles.lines}>
          {t(`accounts:roles.${role}`)}
          {queues.length > 0 && <Caption1 className={styles.detail}>{queues.join(', ')}</Caption1>}
        </span>
      ),
    },
    {
      id: 'state',
      title: t('accounts:state'),
      isMinor: true,
      cell: (account) => <AccountState account={account} />,
    },
    {
      id: 'actions',
      title: t('admin:actions'),
      isTitleHidden: true,
      cell: (account) => (
        <span className={styles.actions}>
          <Button
            appearance="subtle"
            icon={<EditRegular />}
            aria-label={t('accounts:changeNamed', { name: account.name })}
            onClick={() => setEdited(account)}
          />
          <Button
            appearance="subtle"
            icon={<KeyRegular />}
            aria-label={t('accounts:keysOf', { name: account.name })}
            onClick={() => setKeysOf(account)}
          />
          <RemoveButton
            title={t('admin:removeTitle', { name: account.name })}
            label={t('admin:removeNamed', { name: account.name })}
            remove={() => api.DELETE('/api/v1/accounts/{key}', { params: { path: { key: account.id } } })}
          >
            {t('accounts:removeText')}
          </RemoveButton>
        </span>
      ),
    },
  ];
  return (
    <>
      <Body1>{t('accounts:about')}</Body1>
      <Button
        className={styles.add}
        appearance="primary"
        icon={<AddRegular />}
        onClick={() => setEdited('new')}
      >
        {t('accounts:create')}
      </Button>
      <ListPart
        title={t('accounts:title')}
        queryKey={['accounts']}
        read={({ search, limit, offset }) =>
          bodyOf(api.GET('/api/v1/accounts', { params: { query: { search, limit, offset } } }))
        }
        columns={columns}
        keyOf={({ id }) => id}
        searchLabel={t('accounts:search')}
        empty={{ title: t('accounts:empty') }}
      />
      {edited !== null && (
        <AccountDialog account={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
      {keysOf !== null && <KeysDialog account={keysOf} onClose={() => setKeysOf(null)} />}
    </>
  );
}
