/** Caller-ID policies: which number a user's calls out show. The list, and a page for each. */

import { Button } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { Link, Route, Routes, useNavigate } from 'react-router';
import { type Column, ListPage } from '~/admin/parts/ListPage';
import { useLinkStyles } from '~/admin/parts/links';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { NotFound } from '~/shell/NotFound';
import { NewPolicyPage, PolicyPage } from './PolicyPage';
import { GLOBAL, type PolicyView } from './policyDraft';

export default function CallerIdArea() {
  return (
    <Routes>
      <Route index element={<PolicyList />} />
      <Route path="new" element={<NewPolicyPage />} />
      <Route path=":key" element={<PolicyPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}

function PolicyList() {
  const { t } = useTranslation(['callerid', 'admin']);
  const navigate = useNavigate();
  const mayChange = useMay('change-settings');
  const links = useLinkStyles();
  const columns: Column<PolicyView>[] = [
    {
      id: 'name',
      title: t('callerid:name'),
      sort: 'name',
      cell: ({ name }) => (
        <Link className={links.link} to={encodeURIComponent(name)}>
          {name}
        </Link>
      ),
    },
    {
      id: 'shows',
      title: t('callerid:shows'),
      sort: 'substitute',
      cell: ({ substitute, service_number }) =>
        substitute === 'service' ? (service_number ?? '–') : t(`callerid:substitutes.${substitute}`),
    },
    {
      id: 'override',
      title: t('callerid:mayHide'),
      isMinor: true,
      cell: ({ enable_user_override }) => t(enable_user_override ? 'common:yes' : 'common:no'),
    },
    {
      id: 'description',
      title: t('callerid:description'),
      isMinor: true,
      cell: ({ description }) => description || '–',
    },
    ...(mayChange
      ? [
          {
            id: 'actions',
            title: t('admin:actions'),
            isTitleHidden: true,
            cell: (policy: PolicyView) => <RemovePolicy policy={policy} />,
          },
        ]
      : []),
  ];
  const create = (
    <Button appearance="primary" icon={<AddRegular />} onClick={() => navigate('new')}>
      {t('callerid:create')}
    </Button>
  );
  return (
    <ListPage
      title={t('common:nav.callerId')}
      actions={mayChange ? create : null}
      introduction={t('callerid:about')}
      queryKey={['policies']}
      read={(query) => bodyOf(api.GET('/api/v1/caller-id-policies', { params: { query } }))}
      columns={columns}
      keyOf={({ name }) => name}
      searchLabel={t('callerid:search')}
      empty={{ title: t('callerid:empty') }}
    />
  );
}

/** Global cannot go: its settings become what they were at first. */
function RemovePolicy({ policy: { name } }: { readonly policy: PolicyView }) {
  const { t } = useTranslation(['callerid', 'admin']);
  const isGlobal = name === GLOBAL;
  return (
    <RemoveButton
      title={isGlobal ? t('callerid:resetTitle') : t('admin:removeTitle', { name })}
      label={isGlobal ? t('callerid:reset') : t('admin:removeNamed', { name })}
      remove={() => api.DELETE('/api/v1/caller-id-policies/{key}', { params: { path: { key: name } } })}
    >
      {t(isGlobal ? 'callerid:resetText' : 'callerid:removeText')}
    </RemoveButton>
  );
}
