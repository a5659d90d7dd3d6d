/** The wallboard for a screen on the wall: large, without a frame, and by itself. */

import { Button, makeStyles, Spinner, Text, Title3, Tooltip, tokens } from '@fluentui/react-components';
import {
  DismissRegular,
  FullScreenMaximizeRegular,
  FullScreenMinimizeRegular,
  PauseRegular,
  PlayRegular,
  WarningRegular,
} from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHref, useLinkClickHandler } from 'react-router';
import { useNow } from '~/live/clock';
import { LiveProvider, useServerNow } from '~/live/live';
import { Empty } from '~/parts/Empty';
import { timeOfDay } from '~/parts/format';
import { AlarmTeller } from './alarms';
import { BigQueue } from './BigQueue';
import { gridFor, pagesOf, rowsOf } from './bigScreen';
import { alarmsOf, type QueueOnBoard } from './board';
import { LiveMark } from './LiveMark';
import { TotalsRow } from './TotalsRow';
import { type Board, useBoard } from './useBoard';
import { toggleFullScreen, useIsFullScreen, useWindowSize } from './useScreen';
import { useScreenAwake } from './useScreenAwake';

const TURN = 12_000; // ms that a page of queues is shown

const useStyles = makeStyles({
  screen: {
    display: 'flex',
    flexDirection: 'column',
    height: '100dvh',
    overflow: 'hidden',
    backgroundColor: tokens.colorNeutralBackground3,
  },
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    columnGap: '1.5vmax',
    padding: '0.5vmax 1vmax',
    fontSize: 'max(14px, 1.2vmax)',
  },
  title: { margin: 0, fontSize: 'max(16px, 1.5vmax)' },
  clock: { fontSize: 'inherit', fontVariantNumeric: 'tabular-nums', flexGrow: 1 },
  elsewhere: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    fontSize: 'inherit',
    color: tokens.colorPaletteRedForeground1,
  },
  buttons: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  queues: {
    flexGrow: 1,
    minHeight: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: '1vmax',
    padding: '0 1vmax 1vmax',
  },
  row: { flex: '1 1 0', minHeight: 0, display: 'flex', gap: '1vmax' },
});

export default function BigScreen() {
  return (
    <LiveProvider of="all">
      <Screen />
    </LiveProvider>
  );
}

function Screen() {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const board = useBoard();
  useScreenAwake();
  useEffect(() => {
    document.title = `${t('common:nav.wallboard')} · Huntline`;
  }, [t]);
  const { boards } = board;
  if (boards !== null && boards.length > 0) return <Queues board={board} boards={boards} />;
  return (
    <main className={styles.screen}>
      <Bar />
      {boards === null ? (
        <Spinner label={t('common:loading')} size="huge" />
      ) : (
        <Empty
          title={t(board.preferences.hidden.length > 0 ? 'wallboard:allHidden' : 'wallboard:noQueues')}
        />
      )}
    </main>
  );
}

function Queues({ board, boards }: { readonly board: Board; readonly boards: readonly QueueOnBoard[] }) {
  const styles = useStyles();
  const { width, height } = useWindowSize();
  const { columns, rows } = gridFor(boards.length, width, height);
  const pages = pagesOf(boards, columns * rows);
  const turns = useTurns(pages.length);
  const shown = pages[turns.page] ?? [];
  return (
    <main className={styles.screen}>
      <AlarmTeller boards={boards} preferences={board.preferences} />
      <Bar turns={turns} pages={pages.length}>
        <MarkedElsewhere board={board} queues={boards.filter((each) => !shown.includes(each))} />
      </Bar>
      <div className={styles.queues}>
        {rowsOf(shown, columns).map((row) => (
          <div key={row.map((each) => each.queue.id).join(' ')} className={styles.row}>
            {row.map((each) => (
              <BigQueue
                key={each.queue.id}
                board={each}
                today={board.today?.get(each.queue.id)}
                ahead={board.ahead.get(each.queue.id)}
                preferences={board.preferences}
              />
            ))}
          </div>
        ))}
      </div>
      {boards.length > 1 && <TotalsRow boards={boards} today={board.today} />}
    </main>
  );
}

interface Turns {
  readonly page: number;
  readonly isHeld: boolean;
  readonly hold: (isHeld: boolean) => void;
}

/** Which page is shown: each in its turn, until somebody holds it. */
function useTurns(pages: number): Turns {
  const [turn, setTurn] = useState(0);
  const [isHeld, hold] = useState(false);
  useEffect(() => {
    if (isHeld || pages < 2) return undefined;
    const timer = setInterval(() => setTurn((before) => before + 1), TURN);
    return () => clearInterval(timer);
  }, [isHeld, pages]);
  return { page: turn % pages, isHeld, hold };
}

interface BarProps {
  readonly turns?: Turns;
  readonly pages?: number;
  readonly children?: React.ReactNode;
}

function Bar({ turns, pages = 1, children }: BarProps) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('wallboard');
  const isFullScreen = useIsFullScreen();
  const back = useLinkClickHandler<HTMLAnchorElement>('/wallboard');
  const now = useNow();
  const toggle = t(isFullScreen ? 'wallboard:big.leaveFullScreen' : 'wallboard:big.fullScreen');
  return (
    <header className={styles.bar}>
      <Title3 as="h1" className={styles.title}>
        {t('common:nav.wallboard')}
      </Title3>
      <Text className={styles.clock}>{timeOfDay(new Date(now), i18n.language)}</Text>
      {children}
      <LiveMark />
      <div className={styles.buttons}>
        {turns !== undefined && pages > 1 && (
          <>
            <Text>{t('wallboard:big.page', { page: turns.page + 1, pages })}</Text>
            <Tooltip
              content={t(turns.isHeld ? 'wallboard:big.goOn' : 'wallboard:big.hold')}
              relationship="label"
            >
              <Button
                appearance="subtle"
                icon={turns.isHeld ? <PlayRegular /> : <PauseRegular />}
                onClick={() => turns.hold(!turns.isHeld)}
              />
            </Tooltip>
          </>
        )}
        {document.fullscreenEnabled && (
          <Tooltip content={toggle} relationship="label">
            <Button
              appearance="subtle"
              icon={isFullScreen ? <FullScreenMinimizeRegular /> : <FullScreenMaximizeRegular />}
              onClick={toggleFullScreen}
            />
          </Tooltip>
        )}
        <Tooltip content={t('wallboard:big.leave')} relationship="label">
          <Button
            as="a"
            href={useHref('/wallboard')}
            onClick={back}
            appearance="subtle"
            icon={<DismissRegular />}
          />
        </Tooltip>
      </div>
    </header>
  );
}

/** Queues that need somebody while others are shown. */
function MarkedElsewhere({
  board,
  queues,
}: {
  readonly board: Board;
  readonly queues: readonly QueueOnBoard[];
}) {
  const styles = useStyles();
  const now = useServerNow();
  const marked = queues.filter((each) => alarmsOf(each, board.preferences, now).length > 0);
  if (marked.length === 0) return null;
  return (
    <Text className={styles.elsewhere}>
      <WarningRegular aria-hidden />
      {marked.map((each) => each.queue.name).join(', ')}
    </Text>
  );
}
