/** The next half-hour in one quiet line; how often its warnings were right, behind a sign. */

import { InfoLabel, makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { share } from '~/parts/format';
import { LookAheadScore } from './LookAheadScore';
import { expectedOf, type LookAhead } from './lookAhead';

const useStyles = makeStyles({
  line: { color: tokens.colorNeutralForeground3 },
});

export function Expected({ ahead }: { readonly ahead: LookAhead | undefined }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('wallboard');
  const expected = ahead === undefined ? null : expectedOf(ahead);
  if (ahead === undefined || expected === null) return null;
  const { calls, level } = expected;
  return (
    <InfoLabel size="small" className={styles.line} info={<LookAheadScore queueId={ahead.id} />}>
      {t('wallboard:ahead.expected', {
        count: calls,
        level: share(level, i18n.language),
        within: ahead.within_s,
      })}
    </InfoLabel>
  );
}
