/** One sound, as callers hear it: to look at, to hear against the original, to rename, replace or remove. */

import {
  Body1,
  Caption1,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { EditFrame } from '~/admin/parts/EditFrame';
import { type Base, useEditing } from '~/admin/parts/editing';
import { TextSetting } from '~/admin/parts/fields';
import { useLinkStyles } from '~/admin/parts/links';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { nameProblem } from '~/admin/parts/ranges';
import { Section } from '~/admin/parts/Section';
import { api, bodyOf } from '~/api/client';
import { LONGEST_FILE_NAME } from '~/api/numbers';
import { useMay } from '~/api/session';
import { duration, share } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { type AudioDetails, originalOf, previewOf, useQueues, useSound } from './library';
import { Player } from './Player';
import { decibels, suffixOf, usesOf } from './sound';
import { Upload } from './Upload';
import { Waveform } from './Waveform';

const useStyles = makeStyles({
  facts: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(140px, 1fr))',
    gap: tokens.spacingHorizontalL,
    margin: 0,
  },
  fact: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXXS, margin: 0 },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0 },
  players: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXXXL },
  player: { flexGrow: 1, minWidth: '240px', maxWidth: '440px' },
  uses: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL },
});

export function AudioPage() {
  const { key = '' } = useParams();
  const { t } = useTranslation('audio');
  const sound = useSound(key);
  if (sound.data === undefined)
    return (
      <Page title={t('audio:one')}>
        <Loaded query={sound}>{() => null}</Loaded>
      </Page>
    );
  return <Sound key={sound.data.name} sound={sound.data} />;
}

function Sound({ sound }: { readonly sound: AudioDetails }) {
  const { t } = useTranslation(['audio', 'admin']);
  const navigate = useNavigate();
  const mayChange = useMay('change-settings');
  return (
    <Page
      title={sound.name}
      actions={
        mayChange && (
          <RemoveButton
            title={t('admin:removeTitle', { name: sound.name })}
            remove={() => api.DELETE('/api/v1/audio/{key}', { params: { path: { key: sound.name } } })}
            onRemoved={() => navigate('/audio')}
          />
        )
      }
    >
      <Warnings sound={sound} />
      <Heard sound={sound} />
      <Uses sound={sound} />
      {mayChange && (
        <>
          <Section title={t('audio:replaceTitle')} about={t('audio:replaceAbout')}>
            <Upload replacing={sound.name} onUploaded={() => {}} />
          </Section>
          <Rename sound={sound} />
        </>
      )}
    </Page>
  );
}

function Warnings({ sound }: { readonly sound: AudioDetails }) {
  const { t } = useTranslation('audio');
  if (sound.warnings.length === 0)
    return (
      <MessageBar intent="success">
        <MessageBarBody>{t('audio:fine')}</MessageBarBody>
      </MessageBar>
    );
  return sound.warnings.map((warning) => (
    <MessageBar key={warning} intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{sound.name}</MessageBarTitle> {warning}
      </MessageBarBody>
    </MessageBar>
  ));
}

function Heard({ sound }: { readonly sound: AudioDetails }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('audio');
  const facts = [
    [t('audio:length'), duration(sound.duration)],
    [t('audio:loudness'), decibels(sound.loudness, i18n.language)],
    [t('audio:peak'), decibels(sound.peak, i18n.language)],
    [t('audio:clipped'), share(sound.clipped_share, i18n.language)],
  ] as const;
  const canBePlayed = suffixOf(sound.name) !== '.wma';
  return (
    <Section title={t('audio:asHeard')} about={t('audio:asHeardAbout')}>
      {sound.peak !== null && <Waveform source={previewOf(sound)} />}
      <dl className={styles.facts}>
        {facts.map(([term, value]) => (
          <div key={term} className={styles.fact}>
            <dt>
              <Caption1 className={styles.term}>{term}</Caption1>
            </dt>
            <dd className={styles.value}>
              <Text weight="semibold">{value}</Text>
            </dd>
          </div>
        ))}
      </dl>
      <div className={styles.players}>
        <div className={styles.player}>
          <Body1>{t('audio:heardByCallers')}</Body1>
          <Player source={previewOf(sound)} label={t('audio:heardByCallers')} length={sound.duration} />
        </div>
        <div className={styles.player}>
          <Body1>{t('audio:original')}</Body1>
          {canBePlayed ? (
            <Player source={originalOf(sound)} label={t('audio:original')} length={sound.duration} />
          ) : (
            <Caption1 block>{t('audio:noWma')}</Caption1>
          )}
        </div>
      </div>
    </Section>
  );
}

function Uses({ sound }: { readonly sound: AudioDetails }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const { t } = useTranslation('audio');
  const queues = useQueues();
  return (
    <Section title={t('audio:usedBy')}>
      <Loaded query={queues}>
        {(all) => {
          const uses = usesOf(sound.name, all);
          if (uses.length === 0) return <Body1>{t('audio:unusedLong')}</Body1>;
          return (
            <ul className={styles.uses}>
              {uses.map(({ queue, as }) => (
                <li key={`${queue.id} ${as}`}>
                  <Link className={links.link} to={`/queues/${queue.id}#${as}`}>
                    {queue.name}
                  </Link>{' '}
                  {t(`audio:as.${as}`)}
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Rename({ sound }: { readonly sound: AudioDetails }) {
  const { t } = useTranslation(['audio', 'admin']);
  const navigate = useNavigate();
  const client = useQueryClient();
  const renamed = useRef(sound.name);
  const stored = useMemo<Base<{ name: string }>>(
    () => ({ draft: { name: sound.name }, etag: sound.name }),
    [sound.name],
  );
  const editing = useEditing<{ name: string }>({
    stored,
    check: ({ name }) => ({ name: nameProblem(name, t, LONGEST_FILE_NAME) }),
    missing: ({ name }) => ({ name: name === '' ? t('admin:isMissing') : undefined }),
    save: async (_, body) => {
      const params = { path: { key: sound.name } };
      const after = await bodyOf(api.PATCH('/api/v1/audio/{key}', { params, body }));
      client.setQueryData(['audio', 'one', after.name], after);
      renamed.current = after.name;
      return { draft: { name: after.name }, etag: after.name };
    },
    onSaved: () => navigate(`/audio/${encodeURIComponent(renamed.current)}`, { replace: true }),
  });
  return (
    <Section title={t('audio:rename')}>
      <EditFrame editing={editing} labelOf={() => t('audio:name')}>
        <TextSetting
          name="name"
          label={t('audio:name')}
          hint={t('audio:renameHint', { suffix: suffixOf(sound.name) })}
          value={editing.draft.name}
          onChange={(name) => editing.set({ name })}
        />
      </EditFrame>
    </Section>
  );
}
