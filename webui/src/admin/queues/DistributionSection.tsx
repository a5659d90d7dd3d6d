/** How calls find agents. */

import { makeStyles, Radio, RadioGroup, Text, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { FoldingSection } from '~/admin/parts/Section';
import type { PartProps } from './partProps';
import {
  ALERTINGS,
  type Alerting,
  DISTRIBUTIONS,
  type Distribution,
  defaultAlerting,
  withDistribution,
} from './queueDraft';

const useStyles = makeStyles({
  choice: { display: 'flex', flexDirection: 'column' },
  about: { color: tokens.colorNeutralForeground2 },
});

export function DistributionSection({ editing }: PartProps) {
  const { t } = useTranslation('queues');
  const { isReadOnly } = useFieldsScope();
  const { draft, set } = editing;
  const usual = defaultAlerting(draft.distribution);
  return (
    <FoldingSection
      title={t('queues:distribution')}
      name="distribution-section"
      fields={['distribution', 'alerting']}
      summary={t('queues:summary.distribution', {
        method: t(`queues:method.${draft.distribution}`),
        alerting: t(`queues:alerting.${draft.alerting}`),
      })}
      isDefault={draft.distribution === 'attendant' && draft.alerting === usual}
    >
      <Setting name="distribution" label={t('queues:setting.distribution')}>
        <RadioGroup
          disabled={isReadOnly}
          value={draft.distribution}
          onChange={(_, { value }) => set(withDistribution(draft, value as Distribution))}
        >
          {DISTRIBUTIONS.map((method) => (
            <Radio
              key={method}
              value={method}
              label={
                <Choice title={t(`queues:method.${method}`)} about={t(`queues:methodAbout.${method}`)} />
              }
            />
          ))}
        </RadioGroup>
      </Setting>
      <Setting name="alerting" label={t('queues:setting.alerting')}>
        <RadioGroup
          disabled={isReadOnly}
          value={draft.alerting}
          onChange={(_, { value }) => set({ alerting: value as Alerting })}
        >
          {ALERTINGS.map((each) => (
            <Radio
              key={each}
              value={each}
              label={
                <Choice
                  title={
                    each === usual
                      ? t('queues:usual', { choice: t(`queues:alerting.${each}`) })
                      : t(`queues:alerting.${each}`)
                  }
                  about={t(`queues:alertingAbout.${each}`)}
                />
              }
            />
          ))}
        </RadioGroup>
      </Setting>
    </FoldingSection>
  );
}

function Choice({ title, about }: { readonly title: string; readonly about: string }) {
  const styles = useStyles();
  return (
    <span className={styles.choice}>
      <Text>{title}</Text>
      <Text size={200} className={styles.about}>
        {about}
      </Text>
    </span>
  );
}
