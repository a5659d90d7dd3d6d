/** All sounds of the library: how long, how loud, who plays them; and how new ones come in. */

import { Button } from '@fluentui/react-components';
import { Speaker2Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { type Column, ListPage } from '~/admin/parts/ListPage';
import { useLinkStyles } from '~/admin/parts/links';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { duration } from '~/parts/format';
import { type AudioView, useQueues } from './library';
import { SpeechDialog } from './SpeechDialog';
import { decibels, usesOf } from './sound';
import { Upload } from './Upload';

export function AudioList() {
  const { t, i18n } = useTranslation('audio');
  const navigate = useNavigate();
  const mayChange = useMay('change-settings');
  const links = useLinkStyles();
  const queues = useQueues().data;
  const [isSpeaking, setSpeaking] = useState(false);
  const columns: Column<AudioView>[] = [
    {
      id: 'name',
      title: t('audio:name'),
      sort: 'name',
      cell: ({ name }) => (
        <Link className={links.link} to={encodeURIComponent(name)}>
          {name}
        </Link>
      ),
    },
    {
      id: 'duration',
      title: t('audio:length'),
      sort: 'duration',
      cell: (sound) => duration(sound.duration),
    },
    {
      id: 'loudness',
      title: t('audio:loudness'),
      sort: 'loudness',
      isMinor: true,
      cell: ({ loudness }) => decibels(loudness, i18n.language),
    },
    {
      id: 'uses',
      title: t('audio:usedBy'),
      isMinor: true,
      cell: ({ name }) => {
        const names = new Set(usesOf(name, queues ?? []).map(({ queue }) => queue.name));
        return [...names].join(', ') || (queues === undefined ? '' : t('audio:unused'));
      },
    },
  ];
  return (
    <ListPage
      title={t('common:nav.audio')}
      actions={
        mayChange && (
          <Button icon={<Speaker2Regular />} onClick={() => setSpeaking(true)}>
            {t('audio:speak')}
          </Button>
        )
      }
      introduction={
        mayChange && (
          <>
            <Upload onUploaded={({ name }) => navigate(encodeURIComponent(name))} />
            {isSpeaking && <SpeechDialog onClose={() => setSpeaking(false)} />}
          </>
        )
      }
      queryKey={['audio']}
      read={(query) => bodyOf(api.GET('/api/v1/audio', { params: { query } }))}
      columns={columns}
      keyOf={({ name }) => name}
      searchLabel={t('audio:search')}
      empty={{
        title: t('audio:empty'),
        children: mayChange ? t('audio:emptyHint') : null,
      }}
    />
  );
}
