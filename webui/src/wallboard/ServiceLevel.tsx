/** The service level of all that was offered, and the abandon rate; the two other formulas in use behind a sign. */

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
  const { offered, answered, answered_in_time, abandoned_in_time } = today;
  const [ofOffered, ofAnswered, ofAll] = today.service_levels.map(({ value }) => share(value, i18n.language));
  const counts = { target, offered, answered, inTime: answered_in_time, abandonedInTime: abandoned_in_time };
  return (
    <div className={styles.levels}>
      <span className={styles.level}>
        <Text weight="semibold">{t('wallboard:serviceLevel.ofOffered', { value: ofOffered })}</Text>
        <InfoLabel
          info={
            <>
              <p>{t('wallboard:serviceLevel.formulaOfOffered', counts)}</p>
              <p>{t('wallboard:serviceLevel.formulaOfAnswered', { ...counts, value: ofAnswered })}</p>
              <p>{t('wallboard:serviceLevel.formulaOfAll', { ...counts, value: ofAll })}</p>
            </>
          }
        />
      </span>
      <Text>
        {t('wallboard:serviceLevel.abandonRate', { value: share(today.abandon_rate, i18n.language) })}
      </Text>
    </div>
  );
}
