/** All users: their numbers and licences, what they do now, and what keeps them from calls. */

import { Badge, Button, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, ArrowImportRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { ImportDialog } from '~/admin/parts/ImportDialog';
import { type Column, ListPage } from '~/admin/parts/ListPage';
import { useLinkStyles } from '~/admin/parts/links';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { useLive } from '~/live/live';
import { lookOf, stateOf } from '~/parts/agentLooks';
import { useIsNarrow } from '~/shell/narrow';
import type { UserView } from './userDraft';

const EXAMPLE = `upn,display_name,licences,voice_enabled,line_uri
amal@contoso.com,Amal,E5,true,tel:+14255550101`;

const useStyles = makeStyles({
  lines: { display: 'flex', flexDirection: 'column', alignItems: 'start', overflowWrap: 'anywhere' },
  detail: { color: tokens.colorNeutralForeground2 },
  badges: { display: 'flex', flexDirection: 'column', alignItems: 'start', gap: tokens.spacingVerticalXXS },
});

export function UserList() {
  const { t } = useTranslation(['users', 'admin']);
  const navigate = useNavigate();
  const mayChange = useMay('change-settings');
  const isNarrow = useIsNarrow();
  const mayReadLive = useMay('read-live');
  const [isImporting, setImporting] = useState(false);
  const columns: Column<UserView>[] = [
    {
      id: 'name',
      title: t('users:name'),
      sort: 'display_name',
      isWide: true,
      cell: (user) => <Name user={user} />,
    },
    {
      id: 'line_uri',
      title: t('users:number'),
      sort: 'line_uri',
      isMinor: true,
      cell: ({ line_uri }) => line_uri?.replace('tel:', '') ?? '–',
    },
    {
      id: 'licences',
      title: t('users:licences'),
      sort: 'licences',
      isMinor: true,
      cell: ({ licences }) => licences.map((each) => t(`users:licence.${each}`)).join(', ') || '–',
    },
    {
      id: 'voice_enabled',
      title: t('users:voiceEnabled'),
      sort: 'voice_enabled',
      isMinor: true,
      cell: ({ voice_enabled }) => t(voice_enabled ? 'common:yes' : 'common:no'),
    },
    ...(mayReadLive
      ? [
          {
            id: 'now',
            title: t('users:now'),
            isMinor: true,
            cell: ({ id }: UserView) => <Now id={id} />,
          },
        ]
      : []),
    {
      id: 'calls',
      title: t('users:calls'),
      cell: (user) => <ForCalls user={user} showsNow={isNarrow && mayReadLive} />,
    },
    ...(mayChange
      ? [
          {
            id: 'actions',
            title: t('admin:actions'),
            isTitleHidden: true,
            cell: (user: UserView) => <RemoveUser user={user} isInList />,
          },
        ]
      : []),
  ];
  return (
    <>
      <ListPage
        title={t('common:nav.users')}
        actions={
          mayChange && (
            <>
              <Button icon={<ArrowImportRegular />} onClick={() => setImporting(true)}>
                {t('admin:import.open')}
              </Button>
              <Button appearance="primary" icon={<AddRegular />} onClick={() => navigate('new')}>
                {t('users:create')}
              </Button>
            </>
          )
        }
        queryKey={['users']}
        read={(query) => bodyOf(api.GET('/api/v1/users', { params: { query } }))}
        columns={columns}
        keyOf={({ id }) => id}
        searchLabel={t('users:search')}
        empty={{ title: t('users:empty'), children: mayChange ? t('users:emptyHint') : null }}
      />
      {isImporting && <ImportDialog of="users" example={EXAMPLE} onClose={() => setImporting(false)} />}
    </>
  );
}

function Name({ user: { upn, display_name } }: { readonly user: UserView }) {
  const styles = useStyles();
  const links = useLinkStyles();
  return (
    <span className={styles.lines}>
      <Link className={links.link} to={encodeURIComponent(upn)}>
        {display_name || upn}
      </Link>
      {display_name !== '' && <Caption1 className={styles.detail}>{upn}</Caption1>}
    </span>
  );
}

/** What an agent does now; nobody else is looked at. */
function Now({ id }: { readonly id: string }) {
  const { t } = useTranslation('users');
  const isNarrow = useIsNarrow();
  const { state, snapshot } = useLive();
  const agent = state === 'live' ? snapshot?.agents.get(id) : undefined;
  if (agent === undefined) return '–';
  const shown = stateOf(agent);
  const { icon: Icon, colour } = lookOf(shown);
  // On a telephone the word needs all the room.
  const icon = isNarrow ? null : <Icon />;
  return (
    <Badge appearance="tint" color={colour} icon={icon}>
      {t(`users:state.${shown}`, shown)}
    </Badge>
  );
}

interface ForCallsProps {
  readonly user: UserView;
  /** Where there is no room for a column of it. */
  readonly showsNow: boolean;
}

/** Whether they may be called, and what keeps them from it, in words; where there is no room for both, what
 * somebody does now who may. */
function ForCalls({ user: { id, is_active, missing_for_calls: missing }, showsNow }: ForCallsProps) {
  const styles = useStyles();
  const { t } = useTranslation('users');
  if (!is_active) return <Badge appearance="tint">{t('users:inactive')}</Badge>;
  if (missing.length === 0)
    return (
      <span className={styles.badges}>
        {showsNow ? (
          <Now id={id} />
        ) : (
          <Badge appearance="outline" color="informative">
            {t('users:canCall')}
          </Badge>
        )}
      </span>
    );
  return (
    <span className={styles.badges}>
      <Badge appearance="tint" color="warning">
        {t('users:cannotCall')}
      </Badge>
      <Caption1>{missing.join(' · ')}</Caption1>
    </span>
  );
}

interface RemoveProps {
  readonly user: UserView;
  /** Only a sign, in a row of the list. */
  readonly isInList?: boolean;
  readonly onRemoved?: () => void;
}

export function RemoveUser({ user: { id, upn, display_name }, isInList = false, onRemoved }: RemoveProps) {
  const { t } = useTranslation(['users', 'admin']);
  const name = display_name || upn;
  return (
    <RemoveButton
      title={t('admin:removeTitle', { name })}
      {...(isInList && { label: t('admin:removeNamed', { name }) })}
      {...(onRemoved !== undefined && { onRemoved })}
      remove={() => api.DELETE('/api/v1/users/{key}', { params: { path: { key: id } } })}
    >
      {t('users:removeText')}
    </RemoveButton>
  );
}
