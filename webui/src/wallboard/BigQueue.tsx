/** One queue on a big screen: everything in it grows with the place that it has. */

import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useServerNow } from '~/live/live';
import { duration, share } from '~/parts/format';
import { AlarmBadges } from './AlarmBadges';
import { alarmsOf, presentOf, type QueueOnBoard, waitOf } from './board';
import type { Preferences } from './preferences';
import type { QueueToday } from './useToday';

// Lengths in cqmin: a hundredth of the shorter side of the tile. What could be too wide for its column, such as an
// hour's wait or "100 %", is held by the tile's width (cqw).
const useStyles = makeStyles({
  tile: {
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
  badges: { fontSize: '5cqmin' },
  large: { display: 'grid', gridTemplateColumns: 'minmax(0, 2fr) minmax(0, 3fr)', gap: '4cqmin', margin: 0 },
  small: {
    display: 'grid',
    gridTemplateColumns: 'repeat(3, minmax(0, 1fr))',
    '@container (min-aspect-ratio: 3/2)': { gridTemplateColumns: 'repeat(6, minmax(0, 1fr))' },
    gap: '2cqmin 4cqmin',
    margin: 0,
  },
  figure: { display: 'flex', flexDirection: 'column-reverse', justifyContent: 'flex-end' },
  label: { fontSize: '4.5cqmin', lineHeight: 1.2, color: tokens.colorNeutralForeground2 },
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
  readonly preferences: Preferences;
}

export function BigQueue({ board, today, preferences }: Props) {
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
          <AlarmBadges alarms={alarms} />
        </div>
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
          <Figure name={t('wallboard:today.abandoned')} value={today?.abandoned ?? '–'} />
          <Figure
            name={t('wallboard:serviceLevel.within', { target: preferences.target })}
            value={share(level, i18n.language)}
          />
        </dl>
      </div>
    </section>
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
