/** What callers hear first, and while they wait. */

import { makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { SoundFile, SpokenSetting } from '~/admin/audio/SpokenSetting';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { FoldingSection } from '~/admin/parts/Section';
import type { PartProps } from './partProps';

const useStyles = makeStyles({
  sound: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

export function SoundsSection({ editing }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'audio']);
  const { isReadOnly } = useFieldsScope();
  const { greeting, music } = editing.draft;
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
      <SpokenSetting
        name="greeting"
        label={t('queues:setting.greeting')}
        none={t('queues:greeting.none')}
        spoken={greeting}
        onChange={(changed) => editing.set({ greeting: changed })}
      />
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
