/** What callers hear first, while they wait, and before they are hung up on. */

import { makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { SoundFile } from '~/admin/audio/SpokenSetting';
import { SPOKEN_LANGUAGES } from '~/admin/audio/spoken';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { FoldingSection } from '~/admin/parts/Section';
import type { PartProps } from './partProps';
import { SECTION_FIELDS } from './queueDraft';
import { ToldSetting } from './ToldSetting';

const useStyles = makeStyles({
  sound: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

export function SoundsSection({ editing }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'audio']);
  const { isReadOnly } = useFieldsScope();
  const { greeting, music, disconnect_prompt, language } = editing.draft;
  return (
    <FoldingSection
      title={t('queues:sounds')}
      about={t('queues:soundsAbout')}
      name="sounds"
      fields={SECTION_FIELDS.sounds}
      summary={t('queues:summary.sounds', {
        greeting:
          greeting.kind === 'none' ? t('queues:untold.greeting') : t(`queues:greeting.${greeting.kind}`),
        music: t(`queues:music.${music.kind}`),
      })}
      isDefault={
        greeting.kind === 'none' &&
        music.kind === 'default' &&
        disconnect_prompt.kind === 'none' &&
        language === 'en'
      }
    >
      <ToldSetting name="greeting" editing={editing} />
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
      <ToldSetting name="disconnect_prompt" editing={editing} />
      <Setting name="language" label={t('queues:setting.language')} hint={t('queues:hint.language')}>
        <RadioGroup
          disabled={isReadOnly}
          layout="horizontal"
          value={language}
          onChange={(_, { value }) => editing.set({ language: value === 'fr' ? 'fr' : 'en' })}
        >
          {SPOKEN_LANGUAGES.map((each) => (
            <Radio key={each} value={each} label={t(`queues:speechLanguage.${each}`)} />
          ))}
        </RadioGroup>
      </Setting>
    </FoldingSection>
  );
}
