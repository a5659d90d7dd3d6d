/** All auto attendants: how they are called, when they are open, what callers get then. */

import { Button } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { FindingBadge, useFindings } from '~/admin/parts/FindingNotes';
import { findingsAbout } from '~/admin/parts/findings';
import { type Column, ListPage } from '~/admin/parts/ListPage';
import { useLinkStyles } from '~/admin/parts/links';
import { useOrganization } from '~/admin/parts/organization';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { type AttendantView, flowOf } from './attendantDraft';
import { flowWords } from './steps';

export function AttendantList() {
  const { t } = useTranslation(['attendants', 'queues', 'admin']);
  const navigate = useNavigate();
  const mayCreate = useMay('change-settings');
  const links = useLinkStyles();
  const findings = useFindings().data ?? [];
  const domains = useOrganization().data?.domains ?? [];
  const columns: Column<AttendantView>[] = [
    {
      id: 'name',
      title: t('attendants:setting.name'),
      sort: 'name',
      cell: ({ id, name }) => (
        <Link className={links.link} to={id}>
          {name}
        </Link>
      ),
    },
    {
      id: 'numbers',
      title: t('attendants:setting.line_uris'),
      isMinor: true,
      cell: ({ line_uris: uris }) => uris.map((uri) => uri.replace('tel:', '')).join(', ') || '–',
    },
    {
      id: 'hours',
      title: t('attendants:setting.hours'),
      cell: ({ hours }) => t(hours ? 'attendants:atHours' : 'attendants:always'),
    },
    {
      id: 'open',
      title: t('attendants:setting.open'),
      isMinor: true,
      cell: ({ open, language }) => flowWords(flowOf(open, domains, language), t),
    },
    {
      id: 'findings',
      title: t('queues:findings'),
      isMinor: true,
      cell: ({ name }) => <FindingBadge findings={findingsAbout(findings, `attendant ${name}`)} />,
    },
    ...(mayCreate
      ? [
          {
            id: 'actions',
            title: t('admin:actions'),
            isTitleHidden: true,
            cell: (attendant: AttendantView) => <Remove attendant={attendant} />,
          },
        ]
      : []),
  ];
  const create = (
    <Button appearance="primary" icon={<AddRegular />} onClick={() => navigate('new')}>
      {t('attendants:create')}
    </Button>
  );
  return (
    <ListPage
      title={t('common:nav.attendants')}
      actions={mayCreate ? create : null}
      queryKey={['attendants']}
      read={(query) => bodyOf(api.GET('/api/v1/attendants', { params: { query } }))}
      columns={columns}
      keyOf={({ id }) => id}
      searchLabel={t('attendants:search')}
      empty={{ title: t('attendants:empty'), children: mayCreate ? t('attendants:emptyHint') : null }}
    />
  );
}

export function removeAttendant({ id }: Pick<AttendantView, 'id'>) {
  return api.DELETE('/api/v1/attendants/{key}', { params: { path: { key: id } } });
}

function Remove({ attendant }: { readonly attendant: AttendantView }) {
  const { t } = useTranslation(['attendants', 'admin']);
  return (
    <RemoveButton
      title={t('admin:removeTitle', { name: attendant.name })}
      label={t('admin:removeNamed', { name: attendant.name })}
      remove={() => removeAttendant(attendant)}
    >
      {t('attendants:removeText')}
    </RemoveButton>
  );
}
