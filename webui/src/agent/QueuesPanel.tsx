/** My queues: whether I take their calls, who waits in them, and when it is my turn. */

import { Body1Strong, Caption1, makeStyles, Switch, tokens } from '@fluentui/react-components';
import { LockClosedRegular } from '@fluentui/react-icons';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive, useServerNow } from '~/live/live';
import type { LiveQueue } from '~/live/snapshot';
import { Empty } from '~/parts/Empty';
import { since } from '~/parts/format';
import { Panel } from './Panel';
import { type Me, type MyQueue, useOpt } from './requests';
import { turnName } from './words';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', margin: 0, padding: 0, listStyleType: 'none' },
  queue: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalS} 0`,
    ':not(:first-child)': { borderTop: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}` },
  },
  text: { flexGrow: 1, minWidth: 0, overflowWrap: 'anywhere' },
  numbers: { fontVariantNumeric: 'tabular-nums' },
  turn: { color: tokens.colorBrandForeground1 },
  reason: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
});

export function QueuesPanel({ me, actions }: { readonly me: Me; readonly actions?: ReactNode }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const { snapshot } = useLive();
  return (
    <Panel title={t('agent:queues.title')} actions={actions}>
      {me.queues.length === 0 ? (
        <Empty title={t('agent:queues.none')}>{t('agent:queues.noneHint')}</Empty>
      ) : (
        <ul className={styles.list}>
          {me.queues.map((queue) => (
            <QueueLine key={queue.id} queue={queue} live={snapshot?.queues.get(queue.id)} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function QueueLine({ queue, live }: { readonly queue: MyQueue; readonly live: LiveQueue | undefined }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('agent');
  const opt = useOpt(({ name }, isOptedOut) =>
    t(isOptedOut ? 'agent:queues.optedOut' : 'agent:queues.optedIn', { queue: name }),
  );
  // Shown before it is done, and taken back when it is refused.
  const [wanted, setWanted] = useState<boolean | null>(null);
  const turn = live?.turn ?? null;
  return (
    <li className={styles.queue}>
      <div className={styles.text}>
        <Body1Strong block>{queue.name}</Body1Strong>
        {live !== undefined && <Waiting queue={live} />}
        {live !== undefined && turn !== null && !queue.opted_out && (
          <Caption1 block className={styles.turn}>
            {turnName(turn, live.takes_turns, i18n.language, t)}
          </Caption1>
        )}
        {queue.reason !== null && (
          <Caption1 className={styles.reason}>
            <LockClosedRegular aria-hidden />
            {queue.reason}
          </Caption1>
        )}
      </div>
      {queue.may_opt_out && (
        <Switch
          aria-label={t('agent:queues.take', { queue: queue.name })}
          checked={wanted ?? !queue.opted_out}
          onChange={(_, { checked }) => {
            setWanted(checked);
            opt.mutate({ queue, isOptedOut: !checked }, { onSettled: () => setWanted(null) });
          }}
        />
      )}
    </li>
  );
}

function Waiting({ queue }: { readonly queue: LiveQueue }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const now = useServerNow();
  return (
    <Caption1 block className={styles.numbers}>
      {queue.longest_waiting_since === null
        ? t('agent:queues.nobodyWaits')
        : t('agent:queues.waiting', { count: queue.waiting, time: since(queue.longest_waiting_since, now) })}
    </Caption1>
  );
}
