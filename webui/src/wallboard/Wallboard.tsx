/** All queues as they are now, each on a card. */

import { Button, MessageBar, MessageBarBody, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { DesktopRegular, SettingsRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHref, useLinkClickHandler } from 'react-router';
import { useLive } from '~/live/live';
import { Empty } from '~/parts/Empty';
import { moment } from '~/parts/format';
import { Page } from '~/parts/Page';
import { AlarmTeller } from './alarms';
import { LiveMark } from './LiveMark';
import { QueueCard } from './QueueCard';
import { SettingsDrawer } from './SettingsDrawer';
import { type Board, useBoard } from './useBoard';

const BIG = '/wallboard/big';

const useStyles = makeStyles({
  cards: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(360px, 100%), 1fr))',
    alignItems: 'start',
    gap: tokens.spacingHorizontalL,
  },
  actions: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
});

export function Wallboard() {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const board = useBoard();
  const [isChoosing, setChoosing] = useState(false);
  const toBig = useLinkClickHandler<HTMLAnchorElement>(BIG);
  const actions = (
    <div className={styles.actions}>
      <LiveMark />
      <Button icon={<SettingsRegular />} onClick={() => setChoosing(true)}>
        {t('wallboard:settings.title')}
      </Button>
      <Button as="a" href={useHref(BIG)} onClick={toBig} icon={<DesktopRegular />}>
        {t('wallboard:big.title')}
      </Button>
    </div>
  );
  return (
    <Page title={t('common:nav.wallboard')} actions={actions}>
      <Staleness />
      {board.boards === null ? (
        <Spinner label={t('common:loading')} />
      ) : (
        <Cards board={board} boards={board.boards} />
      )}
      <SettingsDrawer isOpen={isChoosing} onClose={() => setChoosing(false)} />
    </Page>
  );
}

function Cards({
  board: { today, ahead, preferences, nameOf },
  boards,
}: {
  readonly board: Board;
  readonly boards: NonNullable<Board['boards']>;
}) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  if (boards.length === 0) {
    const isHidden = preferences.hidden.length > 0;
    return <Empty title={t(isHidden ? 'wallboard:allHidden' : 'wallboard:noQueues')} />;
  }
  return (
    <>
      <AlarmTeller boards={boards} preferences={preferences} />
      <div className={styles.cards}>
        {boards.map((board) => (
          <QueueCard
            key={board.queue.id}
            board={board}
            today={today?.get(board.queue.id)}
            ahead={ahead.get(board.queue.id)}
            preferences={preferences}
            nameOf={nameOf}
          />
        ))}
      </div>
    </>
  );
}

/** Says from when the numbers are, while they are not of now. */
function Staleness() {
  const { t, i18n } = useTranslation('wallboard');
  const { state, snapshot, since } = useLive();
  if (state === 'live' || (state === 'connecting' && snapshot === null)) return null;
  const at = moment(new Date(since).toISOString(), i18n.language);
  return (
    <MessageBar intent="warning">
      <MessageBarBody>
        {t(snapshot === null ? 'wallboard:stale.nothing' : 'wallboard:stale.old', { at })}
      </MessageBarBody>
    </MessageBar>
  );
}
