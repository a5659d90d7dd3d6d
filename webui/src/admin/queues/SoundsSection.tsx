/** What callers hear first, and while they wait. */

import {
  Button,
  Dropdown,
  makeStyles,
  Option,
  Radio,
  RadioGroup,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { Speaker2Regular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { previewOf, useSound } from '~/admin/audio/library';
import { Player } from '~/admin/audio/Player';
import { decibels } from '~/admin/audio/sound';
import { Upload } from '~/admin/audio/Upload';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { SearchPicker } from '~/admin/parts/pickers';
import { FoldingSection } from '~/admin/parts/Section';
import { api, bodyOf, download } from '~/api/client';
import { useMay } from '~/api/session';
import { Failure } from '~/parts/Failure';
import { duration } from '~/parts/format';
import type { PartProps } from './partProps';
import type { GreetingDraft } from './queueDraft';

const useStyles = makeStyles({
  sound: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  inner: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    paddingInlineStart: tokens.spacingHorizontalXXL,
  },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  language: { minWidth: '140px' },
});

export function SoundsSection({ editing }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'audio']);
  const { isReadOnly } = useFieldsScope();
  const { greeting, music } = editing.draft;
  const setGreeting = (change: Partial<GreetingDraft>) =>
    editing.set({ greeting: { ...greeting, ...change } });
  return (
    <FoldingSection
      title={t('queues:sounds')}
      about={t('queues:soundsAbout')}
      name="sounds"
      fields={['greeting', 'music']}
      summary={t('queues:summary.sounds', {
        greeting: t(`queues:greeting.${greeting.kind}`),
        music: t(`queues:music.${music.kind}`),
      })}
      isDefault={greeting.kind === 'none' && music.kind === 'default'}
    >
      <div className={styles.sound}>
        <Setting name="greeting" label={t('queues:setting.greeting')}>
          <RadioGroup
            disabled={isReadOnly}
            value={greeting.kind}
            onChange={(_, { value }) => setGreeting({ kind: value as GreetingDraft['kind'] })}
          >
            <Radio value="none" label={t('queues:greeting.none')} />
            <Radio value="file" label={t('queues:greeting.file')} />
            <Radio value="speech" label={t('queues:greeting.speech')} />
          </RadioGroup>
        </Setting>
        {greeting.kind === 'file' && (
          <SoundFile
            label={t('queues:greeting.file')}
            file={greeting.file}
            onFile={(file) => setGreeting({ file })}
          />
        )}
        {greeting.kind === 'speech' && <Speech greeting={greeting} onChange={setGreeting} />}
      </div>
      <div className={styles.sound}>
        <Setting name="music" label={t('queues:setting.music')}>
          <RadioGroup
            disabled={isReadOnly}
            value={music.kind}
            onChange={(_, { value }) =>
              editing.set({ music: { ...music, kind: value === 'file' ? 'file' : 'default' } })
            }
          >
            <Radio value="default" label={t('queues:music.default')} />
            <Radio value="file" label={t('queues:music.file')} />
          </RadioGroup>
        </Setting>
        {music.kind === 'file' && (
          <SoundFile
            label={t('queues:music.file')}
            file={music.file}
            onFile={(file) => editing.set({ music: { kind: 'file', file } })}
          />
        )}
      </div>
    </FoldingSection>
  );
}

interface SoundFileProps {
  readonly label: string;
  readonly file: string;
  readonly onFile: (name: string) => void;
}

/** A file of the library: to find, to send, and to hear as callers do. */
function SoundFile({ label, file, onFile }: SoundFileProps) {
  const styles = useStyles();
  const { t, i18n } = useTranslation(['queues', 'audio']);
  const { isReadOnly } = useFieldsScope();
  const mayUpload = useMay('change-settings') && !isReadOnly;
  const sound = useSound(file).data;
  const find = async (search: string) => {
    const query = { search, limit: 20, sort: 'name' };
    const { items } = await bodyOf(api.GET('/api/v1/audio', { params: { query } }));
    return items.map(({ name, duration: length, loudness }) => ({
      value: name,
      text: name,
      detail: `${duration(length)} · ${decibels(loudness, i18n.language)}`,
    }));
  };
  return (
    <div className={styles.inner}>
      <SearchPicker
        queryKey={['audio']}
        find={find}
        label={label}
        placeholder={t('queues:chooseFile')}
        chosen={file}
        onPick={({ value }) => onFile(value)}
      />
      {sound !== undefined && <Player source={previewOf(sound)} label={sound.name} length={sound.duration} />}
      {mayUpload && <Upload onUploaded={({ name }) => onFile(name)} />}
    </div>
  );
}

interface SpeechProps {
  readonly greeting: GreetingDraft;
  readonly onChange: (change: Partial<GreetingDraft>) => void;
}

/** A text that is spoken, with a button to hear it before it is saved. */
function Speech({ greeting, onChange }: SpeechProps) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'audio']);
  const { isReadOnly } = useFieldsScope();
  const { say, language } = greeting;
  return (
    <div className={styles.inner}>
      <Textarea
        aria-label={t('queues:greeting.text')}
        placeholder={t('queues:greeting.example')}
        resize="vertical"
        rows={3}
        value={say}
        readOnly={isReadOnly}
        lang={language}
        onChange={(_, { value }) => onChange({ say: value })}
      />
      <div className={styles.row}>
        <Dropdown
          className={styles.language}
          aria-label={t('queues:greeting.language')}
          disabled={isReadOnly}
          value={t(`queues:speechLanguage.${language}`)}
          selectedOptions={[language]}
          onOptionSelect={(_, { optionValue }) => onChange({ language: optionValue === 'fr' ? 'fr' : 'en' })}
        >
          {(['en', 'fr'] as const).map((each) => (
            <Option key={each} value={each}>
              {t(`queues:speechLanguage.${each}`)}
            </Option>
          ))}
        </Dropdown>
        {!isReadOnly && <SpeechPreview key={`${language} ${say}`} say={say} language={language} />}
      </div>
    </div>
  );
}

/** How a text sounds; another text is made anew. */
function SpeechPreview({ say, language }: Pick<GreetingDraft, 'say' | 'language'>) {
  const { t } = useTranslation(['queues', 'audio']);
  const [source, setSource] = useState<string | null>(null);
  const speaking = useMutation({
    mutationFn: () => download('/audio/speech/preview', { say, language }),
    onSuccess: (sound) => setSource(URL.createObjectURL(sound)),
  });
  useEffect(() => () => (source === null ? undefined : URL.revokeObjectURL(source)), [source]);
  return (
    <>
      {source === null ? (
        <Button
          icon={<Speaker2Regular />}
          disabled={say.trim() === '' || speaking.isPending}
          onClick={() => speaking.mutate()}
        >
          {t('queues:greeting.hear')}
        </Button>
      ) : (
        <Player source={source} label={t('queues:setting.greeting')} isEager />
      )}
      <Failure error={speaking.error} />
    </>
  );
}
