/** One queue on the wallboard. */

import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Badge,
  Card,
  makeStyles,
  mergeClasses,
  Subtitle1,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useServerNow } from '~/live/live';
import { duration } from '~/parts/format';
import { AgentTable } from './AgentTable';
import { AheadWarning } from './AheadWarning';
import { AlarmBadges } from './AlarmBadges';
import { LOOKS } from './agentStates';
import { AGENT_STATES, type AgentOnBoard, alarmsOf, type QueueOnBoard, waitOf } from './board';
import { CallerTable } from './CallerTable';
import { Expected } from './Expected';
import { LastHour } from './LastHour';
import type { LookAhead } from './lookAhead';
import type { Preferences } from './preferences';
import { ServiceLevel } from './ServiceLevel';
import type { QueueToday } from './useToday';

const useStyles = makeStyles({
  card: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, minWidth: 0 },
  marked: { boxShadow: `inset 0 0 0 2px ${tokens.colorPaletteRedBorder2}` },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  name: { flexGrow: 1, overflowWrap: 'anywhere', margin: 0 },
  numbers: {
    display: 'grid',
    gridTemplateColumns: 'repeat(4, minmax(0, 1fr))',
    gap: tokens.spacingHorizontalS,
    margin: 0,
  },
  number: { display: 'flex', flexDirection: 'column-reverse', justifyContent: 'flex-end' },
  value: {
    margin: 0,
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  bad: { color: tokens.colorPaletteRedForeground1 },
  label: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  states: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalXS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  today: { display: 'flex', flexWrap: 'wrap', columnGap: tokens.spacingHorizontalL },
  panel: { marginLeft: 0, marginRight: 0 },
});

interface Props {
  readonly board: QueueOnBoard;
  readonly today: QueueToday | undefined;
  readonly ahead: LookAhead | undefined;
  readonly preferences: Preferences;
  readonly nameOf: (upn: string) => string;
}

export function QueueCard({ board, today, ahead, preferences, nameOf }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const heading = useId();
  const now = useServerNow();
  const { queue, counts } = board;
  const alarms = alarmsOf(board, preferences, now);
  const wait = queue.longest_waiting_since === null ? '–' : duration(waitOf(queue, now));
  return (
    <Card
      role="group"
      aria-labelledby={heading}
      className={mergeClasses(styles.card, alarms.length > 0 && styles.marked)}
    >
      <div className={styles.head}>
        <Subtitle1 as="h2" id={heading} className={styles.name}>
          {queue.name}
        </Subtitle1>
        <AlarmBadges alarms={alarms} />
      </div>
      <AheadWarning ahead={ahead} />
      <dl className={styles.numbers}>
        <Figure name={t('wallboard:waiting')} value={queue.waiting} isBad={alarms.includes('tooMany')} />
        <Figure name={t('wallboard:longestWait')} value={wait} isBad={alarms.includes('tooLong')} />
        <Figure name={t('wallboard:talking')} value={queue.talking} />
        <Figure name={t('wallboard:state.ready')} value={counts.ready} isBad={alarms.includes('nobody')} />
      </dl>
      <StateCounts agents={board.agents} counts={counts} />
      {today !== undefined && (
        <>
          <div>
            <div className={styles.today}>
              <Text>{t('wallboard:today.answeredCount', { count: today.answered + board.answered })}</Text>
              <Text>{t('wallboard:today.abandonedCount', { count: today.abandoned })}</Text>
              {othersOf(today) > 0 && (
                <Text>{t('wallboard:today.otherCount', { count: othersOf(today) })}</Text>
              )}
            </div>
            <ServiceLevel today={today} target={preferences.target} />
          </div>
          <LastHour steps={today.last_hour} />
        </>
      )}
      <Expected ahead={ahead} />
      <Accordion collapsible multiple>
        <AccordionItem value="callers" disabled={board.callers.length === 0}>
          <AccordionHeader size="small">
            {t('wallboard:callers.title', { count: board.callers.length })}
          </AccordionHeader>
          <AccordionPanel className={styles.panel}>
            <CallerTable queue={queue.name} callers={board.callers} nameOf={nameOf} />
          </AccordionPanel>
        </AccordionItem>
        <AccordionItem value="agents" disabled={board.agents.length === 0}>
          <AccordionHeader size="small">
            {t('wallboard:agents.title', { count: board.agents.length })}
          </AccordionHeader>
          <AccordionPanel className={styles.panel}>
            <AgentTable queue={queue} agents={board.agents} />
          </AccordionPanel>
        </AccordionItem>
      </Accordion>
    </Card>
  );
}

function Figure({
  name,
  value,
  isBad = false,
}: {
  readonly name: string;
  readonly value: string | number;
  readonly isBad?: boolean;
}) {
  const styles = useStyles();
  return (
    <div className={styles.number}>
      <dt className={styles.label}>{name}</dt>
      <dd className={mergeClasses(styles.value, isBad && styles.bad)}>{value}</dd>
    </div>
  );
}

function StateCounts({
  agents,
  counts,
}: Pick<QueueOnBoard, 'counts'> & { readonly agents: readonly AgentOnBoard[] }) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  if (agents.length === 0) return <Text>{t('wallboard:agents.none')}</Text>;
  return (
    <ul className={styles.states} aria-label={t('wallboard:agents.byState')}>
      {AGENT_STATES.filter((state) => counts[state] > 0).map((state) => {
        const { icon: Icon, colour } = LOOKS[state];
        return (
          <li key={state}>
            <Badge appearance="tint" color={colour} icon={<Icon />} size="large">
              {t('wallboard:stateCount', { state: t(`wallboard:state.${state}`), count: counts[state] })}
            </Badge>
          </li>
        );
      })}
    </ul>
  );
}

/** Calls of today that nobody answered and that were not given up. */
function othersOf({ overflowed, timed_out, no_agents, refused, failed }: QueueToday): number {
  return overflowed + timed_out + no_agents + refused + failed;
}
