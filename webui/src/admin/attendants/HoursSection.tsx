/** When it is open: always, or at the hours of a week. */

import { Radio, RadioGroup } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { Section } from '~/admin/parts/Section';
import type { PartProps } from './partProps';
import { WeekPainter } from './WeekPainter';

export function HoursSection({ editing }: PartProps) {
  const { t } = useTranslation('attendants');
  const { isReadOnly } = useFieldsScope();
  const { hours } = editing.draft;
  return (
    <Section title={t('attendants:setting.hours')} about={t('attendants:hoursAbout')} name="hours-section">
      <Setting name="hours" label={t('attendants:when')}>
        <RadioGroup
          layout="horizontal"
          disabled={isReadOnly}
          value={hours.isAlways ? 'always' : 'hours'}
          onChange={(_, { value }) => editing.set({ hours: { ...hours, isAlways: value === 'always' } })}
        >
          <Radio value="always" label={t('attendants:always')} />
          <Radio value="hours" label={t('attendants:atHours')} />
        </RadioGroup>
      </Setting>
      {!hours.isAlways && (
        <WeekPainter hours={hours} onChange={(changed) => editing.set({ hours: changed })} />
      )}
    </Section>
  );
}
