/** All queues of the screen together, in one row. */

import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { useServerNow } from '~/live/live';
import { duration, share } from '~/parts/format';
import { type QueueOnBoard, totalsOf } from './board';
import type { Board } from './useBoard';

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    columnGap: '1.5vmax',
    margin: '0 1vmax 1vmax',
    padding: '0.6vmax 1.5vmax',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow4,
    fontSize: 'max(14px, 1.2vmax)',
    lineHeight: 1.25,
  },
  figure: { display: 'flex', alignItems: 'baseline', gap: '0.6vmax' },
  name: { color: tokens.colorNeutralForeground2 },
  value: {
    margin: 0,
    fontSize: 'max(18px, 1.9vmax)',
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
});

interface Props {
  readonly boards: readonly QueueOnBoard[];
  readonly today: Board['today'];
}

export function TotalsRow({ boards, today }: Props) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('wallboard');
  const now = useServerNow();
  const { waiting, longestSince, talking, ready, agents } = totalsOf(boards);
  const wait = longestSince === null ? '–' : duration(Math.max(0, (now - longestSince) / 1000));
  const counted = boards.flatMap(({ queue }) => today?.get(queue.id) ?? []);
  const answered = counted.reduce((sum, each) => sum + each.answered, 0);
  const taken = boards.reduce((sum, board) => sum + board.answered, 0);
  const offered = counted.reduce((sum, each) => sum + each.offered, 0);
  const inTime = counted.reduce((sum, each) => sum + each.answered_in_time, 0);
  const abandoned = counted.reduce((sum, each) => sum + each.abandoned, 0);
  const ofOffered = (count: number) => share(offered === 0 ? null : count / offered, i18n.language);
  const figures = [
    [t('wallboard:waiting'), waiting],
    [t('wallboard:longestWait'), wait],
    [t('wallboard:talking'), talking],
    [t('wallboard:state.ready'), `${ready}/${agents}`],
    [t('wallboard:today.answered'), today === undefined ? '–' : answered + taken],
    [t('wallboard:serviceLevel.name'), ofOffered(inTime)],
    [
      t('wallboard:serviceLevel.abandoned'),
      today === undefined ? '–' : `${abandoned} (${ofOffered(abandoned)})`,
    ],
  ] as const;
  return (
    <section aria-label={t('wallboard:big.totals')}>
      <dl className={styles.row}>
        {figures.map(([name, value]) => (
          <div key={name} className={styles.figure}>
            <dt className={styles.name}>{name}</dt>
            <dd className={styles.value}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
