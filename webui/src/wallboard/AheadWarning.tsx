/** That callers will not be answered in time, and what would help; read out when it comes and when it changes. */

import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { WarningRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { share, timeOfDay } from '~/parts/format';
import { type LookAhead, warningKindOf } from './lookAhead';

const useStyles = makeStyles({
  warning: {
    display: 'flex',
    alignItems: 'center',
    gap: '0.4em',
    padding: '0.2em 0.5em',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorStatusWarningBackground1,
    color: tokens.colorStatusWarningForeground3,
  },
  sign: { flexShrink: 0 },
});

interface Props {
  readonly ahead: LookAhead | undefined;
  readonly className?: string;
}

export function AheadWarning({ ahead, className }: Props) {
  const styles = useStyles();
  const words = useWords(ahead);
  return (
    <div role="status">
      {words !== null && (
        <div className={mergeClasses(styles.warning, className)}>
          <WarningRegular aria-hidden className={styles.sign} />
          {words}
        </div>
      )}
    </div>
  );
}

function useWords(ahead: LookAhead | undefined): string | null {
  const { t, i18n } = useTranslation('wallboard');
  const below = ahead?.falls_below;
  if (ahead === undefined || !below) return null;
  const said = {
    target: share(ahead.target, i18n.language),
    at: timeOfDay(new Date(below.at), i18n.language),
    count: below.more_agents ?? 0,
  };
  return t(`wallboard:ahead.${warningKindOf(below)}`, said);
}
