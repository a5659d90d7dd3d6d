/** What callers are told at one moment: nothing of the owner's, a file of the library, or a text that is spoken. */

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
import { Player } from '~/admin/audio/Player';
import type { Editing } from '~/admin/parts/editing';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { download } from '~/api/client';
import { Failure } from '~/parts/Failure';
import { type QueueDraft, SPOKEN_LANGUAGES, type SpokenDraft, type SpokenName } from './queueDraft';
import { SoundFile } from './SoundFile';

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

interface Props {
  readonly name: SpokenName;
  readonly editing: Editing<QueueDraft>;
}

export function SpokenSetting({ name, editing }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('queues');
  const { isReadOnly } = useFieldsScope();
  const spoken = editing.draft[name];
  const set = (change: Partial<SpokenDraft>) => {
    // A voice speaks the queue's language until somebody says otherwise.
    const language = spoken.say === '' ? editing.draft.language : spoken.language;
    editing.set({ [name]: { ...spoken, language, ...change } });
  };
  return (
    <div className={styles.sound}>
      <Setting name={name} label={t(`queues:setting.${name}`)}>
        <RadioGroup
          disabled={isReadOnly}
          value={spoken.kind}
          onChange={(_, { value }) => set({ kind: value as SpokenDraft['kind'] })}
        >
          <Radio value="none" label={t(`queues:untold.${name}`)} />
          <Radio value="file" label={t('queues:greeting.file')} />
          <Radio value="speech" label={t('queues:greeting.speech')} />
        </RadioGroup>
      </Setting>
      {spoken.kind === 'file' && (
        <SoundFile label={t('queues:greeting.file')} file={spoken.file} onFile={(file) => set({ file })} />
      )}
      {spoken.kind === 'speech' && <Speech name={name} spoken={spoken} onChange={set} />}
    </div>
  );
}

interface SpeechProps {
  readonly name: SpokenName;
  readonly spoken: SpokenDraft;
  readonly onChange: (change: Partial<SpokenDraft>) => void;
}

/** A text that is spoken, with a button to hear it before it is saved. */
function Speech({ name, spoken, onChange }: SpeechProps) {
  const styles = useStyles();
  const { t } = useTranslation('queues');
  const { isReadOnly } = useFieldsScope();
  const { say, language } = spoken;
  return (
    <div className={styles.inner}>
      <Textarea
        aria-label={t('queues:greeting.text')}
        placeholder={t(`queues:spokenExample.${name}`)}
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
          <SpeechPreview key={`${language} ${say}`} name={name} say={say} language={language} />
        )}
      </div>
    </div>
  );
}

interface PreviewProps extends Pick<SpokenDraft, 'say' | 'language'> {
  readonly name: SpokenName;
}

/** How a text sounds; another text is made anew. */
function SpeechPreview({ name, say, language }: PreviewProps) {
  const { t } = useTranslation('queues');
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
        <Player source={source} label={t(`queues:setting.${name}`)} isEager />
      )}
      <Failure error={speaking.error} />
    </>
  );
}
