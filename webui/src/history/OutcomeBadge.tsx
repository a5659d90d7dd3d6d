/** How a call ended, by a word, an icon and a colour. */

import { Badge, type BadgeProps } from '@fluentui/react-components';
import {
  CallEndRegular,
  CallForwardRegular,
  CallMissedRegular,
  CheckmarkCircleRegular,
  DismissCircleRegular,
  type FluentIcon,
  PersonProhibitedRegular,
  TimerRegular,
} from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Outcome } from './filters';

const LOOKS: Readonly<Record<Outcome, { icon: FluentIcon; colour: NonNullable<BadgeProps['color']> }>> = {
  answered: { icon: CheckmarkCircleRegular, colour: 'success' },
  abandoned: { icon: CallMissedRegular, colour: 'danger' },
  overflowed: { icon: CallForwardRegular, colour: 'warning' },
  'timed-out': { icon: TimerRegular, colour: 'warning' },
  'no-agents': { icon: PersonProhibitedRegular, colour: 'warning' },
  refused: { icon: CallEndRegular, colour: 'informative' },
  failed: { icon: DismissCircleRegular, colour: 'danger' },
};

export function OutcomeBadge({ outcome }: { readonly outcome: Outcome }) {
  const { t } = useTranslation('history');
  const { icon: Icon, colour } = LOOKS[outcome];
  return (
    <Badge appearance="tint" color={colour} icon={<Icon />}>
      {t(`history:outcome.${outcome}`)}
    </Badge>
  );
}
