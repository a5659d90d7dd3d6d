/** One queue on a big screen: everything in it grows with the place that it has. */

import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useServerNow } from '~/live/live';
import { duration, share } from '~/parts/format';
import { AheadWarning } from './AheadWarning';
import { ALARM_ICONS } from './AlarmBadges';
import { LOOKS } from './agentStates';
import { type AgentOnBoard, type Alarm, alarmsOf, presentOf, type QueueOnBoard, waitOf } from './board';
import type { LookAhead } from './lookAhead';
import type { Preferences } from './preferences';
import type { QueueToday } from './useToday';

// Lengths in cqmin: a hundredth of the shorter side of the tile. What could be too wide for its column, such as an
// hour's wait or "100 %", is held by the tile's width (cqw).
const useStyles = makeStyles({
  tile: {
    flex: '1 1 0',
    minWidth: 0,
    containerType: 'size',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow4,
    overflow: 'hidden',
  },
  marked: { boxShadow: `inset 0 0 0 0.5vmax ${tokens.colorPaletteRedBorder2}` },
  content: {
    height: '100%',
    boxSizing: 'border-box',
    padding: '5cqmin 6cqmin',
    display: 'flex',
    flexDirection: 'column',
    justifyContent: 'space-between',
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: '3cqmin' },
  name: {
    margin: 0,
    flexGrow: 1,
    fontSize: '9cqmin',
    lineHeight: 1.2,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  // As large as the numbers: this is what somebody across the room must read.
  alarm: {
    alignSelf: 'stretch',
    display: 'flex',
    alignItems: 'center',
    gap: '2cqmin',
    padding: '1cqmin 3cqmin',
    borderRadius: tokens.borderRadiusLarge,
    fontSize: 'min(16cqmin, 7.6cqw)',
    lineHeight: 1.1,
    fontWeight: tokens.fontWeightSemibold,
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundOnBrand,
  },
  ahead: { fontSize: 'min(6cqmin, 4cqw)', lineHeight: 1.2 },
  agents: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: '3cqmin',
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    // Two lines of them: who does not fit in is on the wallboard.
    maxHeight: '2.6em',
    overflow: 'hidden',
    fontSize: '5cqmin',
    lineHeight: 1.3,
  },
  agent: { display: 'inline-flex', alignItems: 'center', gap: '1cqmin', whiteSpace: 'nowrap' },
  large: { display: 'grid', gridTemplateColumns: 'minmax(0, 2fr) minmax(0, 3fr)', gap: '4cqmin', margin: 0 },
  small: {
    display: 'grid',
    gridTemplateColumns: 'repeat(3, minmax(0, 1fr))',
    '@container (min-aspect-ratio: 3/2)': { gridTemplateColumns: 'repeat(6, minmax(0, 1fr))' },
    gap: '2cqmin 4cqmin',
    margin: 0,
  },
  figure: { display: 'flex', flexDirection: 'column-reverse', justifyContent: 'flex-end' },
  label: {
    fontSize: 'min(5cqmin, 3.4cqw)',
    '@container (min-aspect-ratio: 3/2)': { fontSize: 'min(5cqmin, 2.2cqw)' },
    lineHeight: 1.2,
    hyphens: 'auto',
    color: tokens.colorNeutralForeground2,
  },
  largeValue: {
    margin: 0,
    fontSize: 'min(22cqmin, 12cqw)',
    lineHeight: 1.05,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  smallValue: {
    margin: 0,
    fontSize: 'min(10cqmin, 7cqw)',
    '@container (min-aspect-ratio: 3/2)': { fontSize: 'min(10cqmin, 3.7cqw)' },
    lineHeight: 1.15,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  bad: { color: tokens.colorPaletteRedForeground1 },
});

interface Props {
  readonly board: QueueOnBoard;
  readonly today: QueueToday | undefined;
  readonly ahead: LookAhead | undefined;
  readonly preferences: Preferences;
}

export function BigQueue({ board, today, ahead, preferences }: Props) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('wallboard');
  const heading = useId();
  const now = useServerNow();
  const { queue, counts } = board;
  const alarms = alarmsOf(board, preferences, now);
  const wait = queue.longest_waiting_since === null ? '–' : duration(waitOf(queue, now));
  const level = today?.service_levels[0]?.value ?? null;
  return (
    <section
      aria-labelledby={heading}
      className={mergeClasses(styles.tile, alarms.length > 0 && styles.marked)}
    >
      <div className={styles.content}>
        <div className={styles.head}>
          <Text as="h2" id={heading} className={styles.name}>
            {queue.name}
          </Text>
        </div>
        {alarms.map((alarm) => (
          <AlarmWords key={alarm} alarm={alarm} />
        ))}
        <AheadWarning ahead={ahead} className={styles.ahead} />
        <dl className={styles.large}>
          <Figure
            isLarge
            name={t('wallboard:waiting')}
            value={queue.waiting}
            isBad={alarms.includes('tooMany')}
          />
          <Figure isLarge name={t('wallboard:longestWait')} value={wait} isBad={alarms.includes('tooLong')} />
        </dl>
        <dl className={styles.small}>
          <Figure name={t('wallboard:state.ready')} value={counts.ready} isBad={alarms.includes('nobody')} />
          <Figure name={t('wallboard:talking')} value={queue.talking} />
          <Figure name={t('wallboard:present')} value={`${presentOf(board)}/${board.agents.length}`} />
          <Figure
            name={t('wallboard:today.answered')}
            value={today ? today.answered + board.answered : '–'}
          />
          <Figure
            name={t('wallboard:serviceLevel.within', { target: preferences.target })}
            value={share(level, i18n.language)}
          />
          <Figure
            name={t('wallboard:serviceLevel.abandoned')}
            value={share(today?.abandon_rate ?? null, i18n.language)}
          />
        </dl>
        <Agents agents={board.agents} />
      </div>
    </section>
  );
}

function AlarmWords({ alarm }: { readonly alarm: Alarm }) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const Icon = ALARM_ICONS[alarm];
  return (
    <div className={styles.alarm}>
      <Icon aria-hidden />
      {t(`wallboard:alarm.${alarm}`)}
    </div>
  );
}

/** Who is there, by name and by the sign of what they do. */
function Agents({ agents }: { readonly agents: readonly AgentOnBoard[] }) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const there = agents.filter(({ state }) => state !== 'signedOut' && state !== 'optedOut');
  if (there.length === 0) return null;
  return (
    <ul className={styles.agents} aria-label={t('wallboard:agents.byState')}>
      {there.map(({ agent, state }) => {
        const Icon = LOOKS[state].icon;
        return (
          <li key={agent.id} className={styles.agent}>
            <Icon aria-label={t(`wallboard:state.${state}`)} />
            {agent.display_name || agent.upn}
          </li>
        );
      })}
    </ul>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string | number;
  readonly isLarge?: boolean;
  readonly isBad?: boolean;
}

function Figure({ name, value, isLarge = false, isBad = false }: FigureProps) {
  const styles = useStyles();
  return (
    <div className={styles.figure}>
      <dt className={styles.label}>{name}</dt>
      <dd className={mergeClasses(isLarge ? styles.largeValue : styles.smallValue, isBad && styles.bad)}>
        {value}
      </dd>
    </div>
  );
}
