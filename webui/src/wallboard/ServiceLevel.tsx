/** The service level by both formulas in use, each with the counts that it is made of. */

import { InfoLabel, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { share } from '~/parts/format';
import type { QueueToday } from './useToday';

const useStyles = makeStyles({
  levels: { display: 'flex', flexWrap: 'wrap', columnGap: tokens.spacingHorizontalL },
  level: { display: 'flex', alignItems: 'center' },
});

export function ServiceLevel({ today, target }: { readonly today: QueueToday; readonly target: number }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('wallboard');
  const { answered, answered_in_time, abandoned, abandoned_in_time } = today;
  const [ofAnswered, ofAll] = today.service_levels.map((level) => level.value);
  return (
    <div className={styles.levels}>
      <span className={styles.level}>
        <Text>
          {t('wallboard:serviceLevel.ofAnswered', { value: share(ofAnswered ?? null, i18n.language) })}
        </Text>
        <InfoLabel
          info={t('wallboard:serviceLevel.formulaOfAnswered', { target, inTime: answered_in_time, answered })}
        />
      </span>
      <span className={styles.level}>
        <Text>{t('wallboard:serviceLevel.ofAll', { value: share(ofAll ?? null, i18n.language) })}</Text>
        <InfoLabel
          info={t('wallboard:serviceLevel.formulaOfAll', {
            target,
            inTime: answered_in_time,
            abandonedInTime: abandoned_in_time,
            answered,
            abandoned,
          })}
        />
      </span>
    </div>
  );
}
