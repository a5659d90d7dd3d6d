/** Why a queue is marked, in words and with an icon. */

import { Badge, makeStyles, tokens } from '@fluentui/react-components';
import {
  ClockAlarmRegular,
  type FluentIcon,
  PeopleQueueRegular,
  PersonProhibitedRegular,
} from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Alarm } from './board';

export const ALARM_ICONS: Readonly<Record<Alarm, FluentIcon>> = {
  tooMany: PeopleQueueRegular,
  tooLong: ClockAlarmRegular,
  nobody: PersonProhibitedRegular,
};

const useStyles = makeStyles({
  all: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
});

export function AlarmBadges({ alarms }: { readonly alarms: readonly Alarm[] }) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  if (alarms.length === 0) return null;
  return (
    <span className={styles.all}>
      {alarms.map((alarm) => {
        const Icon = ALARM_ICONS[alarm];
        return (
          <Badge key={alarm} color="danger" appearance="filled" size="large" icon={<Icon />}>
            {t(`wallboard:alarm.${alarm}`)}
          </Badge>
        );
      })}
    </span>
  );
}
