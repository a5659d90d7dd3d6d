/** Groups: people and other groups under one name. The list, and a page for each. */

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
import { GroupPage, NewGroupPage } from './GroupPage';
import { type GroupView, isPerson } from './groupDraft';

export default function GroupsArea() {
  return (
    <Routes>
      <Route index element={<GroupList />} />
      <Route path="new" element={<NewGroupPage />} />
      <Route path=":key" element={<GroupPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}

function GroupList() {
  const { t } = useTranslation(['groups', 'admin']);
  const navigate = useNavigate();
  const mayChange = useMay('change-settings');
  const links = useLinkStyles();
  const columns: Column<GroupView>[] = [
    {
      id: 'name',
      title: t('groups:settings.name'),
      sort: 'name',
      cell: ({ id, name }) => (
        <Link className={links.link} to={id}>
          {name}
        </Link>
      ),
    },
    {
      id: 'kind',
      title: t('groups:settings.kind'),
      sort: 'kind',
      isMinor: true,
      cell: ({ kind }) => t(`groups:kinds.${kind}`),
    },
    {
      id: 'members',
      title: t('groups:settings.members'),
      cell: ({ members }) => <Members members={members} />,
    },
    {
      id: 'policy',
      title: t('groups:settings.caller_id_policy'),
      isMinor: true,
      cell: ({ caller_id_policy, caller_id_rank }) =>
        caller_id_policy == null
          ? '–'
          : t('groups:policyWithRank', { policy: caller_id_policy, rank: caller_id_rank ?? '–' }),
    },
    ...(mayChange
      ? [
          {
            id: 'actions',
            title: t('admin:actions'),
            isTitleHidden: true,
            cell: ({ id, name }: GroupView) => (
              <RemoveButton
                title={t('admin:removeTitle', { name })}
                label={t('admin:removeNamed', { name })}
                remove={() => api.DELETE('/api/v1/groups/{key}', { params: { path: { key: id } } })}
              >
                {t('groups:removeText')}
              </RemoveButton>
            ),
          },
        ]
      : []),
  ];
  const create = (
    <Button appearance="primary" icon={<AddRegular />} onClick={() => navigate('new')}>
      {t('groups:create')}
    </Button>
  );
  return (
    <ListPage
      title={t('common:nav.groups')}
      actions={mayChange ? create : null}
      queryKey={['groups']}
      read={(query) => bodyOf(api.GET('/api/v1/groups', { params: { query } }))}
      columns={columns}
      keyOf={({ id }) => id}
      searchLabel={t('groups:search')}
      empty={{ title: t('groups:empty'), children: mayChange ? t('groups:emptyHint') : null }}
    />
  );
}

function Members({ members }: { readonly members: readonly string[] }) {
  const { t } = useTranslation('groups');
  const people = members.filter(isPerson).length;
  const groups = members.length - people;
  return [
    people > 0 || groups === 0 ? t('groups:people', { count: people }) : '',
    groups > 0 ? t('groups:nested', { count: groups }) : '',
  ]
    .filter(Boolean)
    .join(', ');
}
