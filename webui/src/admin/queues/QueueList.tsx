/** All queues: who serves them, how, and how many callers wait now. */

import { Button, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { FindingBadge, useFindings } from '~/admin/parts/FindingNotes';
import { findingsAbout } from '~/admin/parts/findings';
import { type Column, ListPage } from '~/admin/parts/ListPage';
import { useLinkStyles } from '~/admin/parts/links';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { useLive } from '~/live/live';
import type { QueueView } from './queueDraft';
import { ReadyNow } from './ReadyNow';

const useStyles = makeStyles({
  waiting: { fontVariantNumeric: 'tabular-nums' },
  none: { color: tokens.colorNeutralForeground3 },
});

export function QueueList() {
  const { t } = useTranslation(['queues', 'admin']);
  const navigate = useNavigate();
  const mayCreate = useMay('change-settings');
  const links = useLinkStyles();
  const findings = useFindings().data ?? [];
  const columns: Column<QueueView>[] = [
    {
      id: 'name',
      title: t('queues:name'),
      sort: 'name',
      cell: ({ id, name }) => (
        <Link className={links.link} to={id}>
          {name}
        </Link>
      ),
    },
    {
      id: 'number',
      title: t('queues:number'),
      sort: 'line_uri',
      isMinor: true,
      cell: ({ line_uri }) => line_uri?.replace('tel:', '') ?? '–',
    },
    {
      id: 'agents',
      title: t('queues:agents'),
      sort: 'agents',
      isMinor: true,
      cell: ({ agents, groups }) =>
        groups.length === 0
          ? t('queues:agentCount', { count: agents.length })
          : t('queues:agentsAndGroups', {
              agents: t('queues:agentCount', { count: agents.length }),
              groups: t('queues:groupCount', { count: groups.length }),
            }),
    },
    {
      id: 'distribution',
      title: t('queues:distribution'),
      sort: 'distribution',
      isMinor: true,
      cell: ({ distribution }) => t(`queues:method.${distribution}`),
    },
    {
      id: 'waiting',
      title: t('queues:waitingNow'),
      cell: ({ id }) => <Waiting id={id} />,
    },
    {
      id: 'ready',
      title: t('queues:agentsNow'),
      isMinor: true,
      cell: ({ name }) => <ReadyNow queue={name} />,
    },
    {
      id: 'findings',
      title: t('queues:findings'),
      isMinor: true,
      cell: ({ name }) => <FindingBadge findings={findingsAbout(findings, `queue ${name}`)} />,
    },
    ...(mayCreate
      ? [
          {
            id: 'actions',
            title: t('admin:actions'),
            isTitleHidden: true,
            cell: (queue: QueueView) => <Remove queue={queue} />,
          },
        ]
      : []),
  ];
  const create = (
    <Button appearance="primary" icon={<AddRegular />} onClick={() => navigate('new')}>
      {t('queues:create')}
    </Button>
  );
  return (
    <ListPage
      title={t('common:nav.queues')}
      actions={mayCreate ? create : null}
      queryKey={['queues']}
      read={(query) => bodyOf(api.GET('/api/v1/queues', { params: { query } }))}
      columns={columns}
      keyOf={({ id }) => id}
      searchLabel={t('queues:search')}
      empty={{ title: t('queues:empty'), children: mayCreate ? t('queues:emptyHint') : null }}
    />
  );
}

/** How many wait, as it changes. */
function Waiting({ id }: { readonly id: string }) {
  const styles = useStyles();
  const { t } = useTranslation('queues');
  const { state, snapshot } = useLive();
  const queue = snapshot?.queues.get(id);
  if (state !== 'live' || queue === undefined)
    return (
      <Caption1 className={styles.none} title={t('queues:waitingUnknown')}>
        –
      </Caption1>
    );
  return <span className={styles.waiting}>{queue.waiting}</span>;
}

export function removeQueue({ id }: Pick<QueueView, 'id'>) {
  return api.DELETE('/api/v1/queues/{key}', { params: { path: { key: id } } });
}

function Remove({ queue }: { readonly queue: QueueView }) {
  const { t } = useTranslation(['queues', 'admin']);
  return (
    <RemoveButton
      title={t('admin:removeTitle', { name: queue.name })}
      label={t('admin:removeNamed', { name: queue.name })}
      remove={() => removeQueue(queue)}
    >
      {t('queues:removeText')}
    </RemoveButton>
  );
}
