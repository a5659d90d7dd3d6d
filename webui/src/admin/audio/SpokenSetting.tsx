/** What is said to callers: nothing, a file of the library, or a text that is spoken. */

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
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { SearchPicker } from '~/admin/parts/pickers';
import { api, bodyOf, download } from '~/api/client';
import { useMay } from '~/api/session';
import { Failure } from '~/parts/Failure';
import { duration } from '~/parts/format';
import { previewOf, useSound } from './library';
import { Player } from './Player';
import { decibels } from './sound';
import { SPOKEN_LANGUAGES, type SpokenDraft } from './spoken';
import { Upload } from './Upload';

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

interface SpokenProps {
  /** As the API calls it. */
  readonly name: string;
  readonly label: string;
  /** What it is called that nothing is said, where that may be. */
  readonly none?: string;
  /** What a text may be like. */
  readonly example: string;
  readonly spoken: SpokenDraft;
  readonly onChange: (spoken: SpokenDraft) => void;
}

export function SpokenSetting({ name, label, none, example, spoken, onChange }: SpokenProps) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'audio']);
  const { isReadOnly } = useFieldsScope();
  const change = (changes: Partial<SpokenDraft>) => onChange({ ...spoken, ...changes });
  return (
    <div className={styles.sound}>
      <Setting name={name} label={label}>
        <RadioGroup
          disabled={isReadOnly}
          value={spoken.kind}
          onChange={(_, { value }) => change({ kind: value as SpokenDraft['kind'] })}
        >
          {none !== undefined && <Radio value="none" label={none} />}
          <Radio value="file" label={t('queues:greeting.file')} />
          <Radio value="speech" label={t('queues:greeting.speech')} />
        </RadioGroup>
      </Setting>
      {spoken.kind === 'file' && (
        <SoundFile label={t('queues:greeting.file')} file={spoken.file} onFile={(file) => change({ file })} />
      )}
      {spoken.kind === 'speech' && (
        <Speech label={label} example={example} spoken={spoken} onChange={change} />
      )}
    </div>
  );
}

interface SoundFileProps {
  readonly label: string;
  readonly file: string;
  readonly onFile: (name: string) => void;
}

/** A file of the library: to find, to send, and to hear as callers do. */
export function SoundFile({ label, file, onFile }: SoundFileProps) {
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
  readonly label: string;
  readonly example: string;
  readonly spoken: SpokenDraft;
  readonly onChange: (change: Partial<SpokenDraft>) => void;
}

/** A text that is spoken, with a button to hear it before it is saved. */
function Speech({ label, example, spoken, onChange }: SpeechProps) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'audio']);
  const { isReadOnly } = useFieldsScope();
  const { say, language } = spoken;
  return (
    <div className={styles.inner}>
      <Textarea
        aria-label={t('queues:greeting.text')}
        placeholder={example}
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
          {SPOKEN_LANGUAGES.map((each) => (
            <Option key={each} value={each}>
              {t(`queues:speechLanguage.${each}`)}
            </Option>
          ))}
        </Dropdown>
        {!isReadOnly && (
          <SpeechPreview key={`${language} ${say}`} label={label} say={say} language={language} />
        )}
      </div>
    </div>
  );
}

/** How a text sounds; another text is made anew. */
function SpeechPreview({
  label,
  say,
  language,
}: { readonly label: string } & Pick<SpokenDraft, 'say' | 'language'>) {
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
        <Player source={source} label={label} isEager />
      )}
      <Failure error={speaking.error} />
    </>
  );
}
