/** Step five: a phone, a call, an answer, each ticked off as the server sees it. */

import {
  Body1,
  Button,
  Divider,
  makeStyles,
  Subtitle1,
  Subtitle2,
  Text,
  tokens,
} from '@fluentui/react-components';
import { CheckmarkCircleFilled, CircleRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueueView } from '~/admin/queues/queueDraft';
import { useTestCall } from '~/admin/testcall/TestCallPanel';
import { api, bodyOf } from '~/api/client';
import { useLive } from '~/live/live';
import { Empty } from '~/parts/Empty';
import { Loaded } from '~/parts/Loaded';
import { RouterLink } from '~/parts/RouterLink';
import { NOTHING_SEEN, type Seen, seenIn } from './firstCall';
import type { MadeUser } from './UserStep';

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  ticks: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  tick: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  icon: { fontSize: '20px', flexShrink: 0, display: 'flex' },
  done: { color: tokens.colorPaletteGreenForeground1 },
  ways: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(280px, 100%), 1fr))',
    gap: tokens.spacingHorizontalXXL,
  },
  way: { display: 'flex', flexDirection: 'column', alignItems: 'start', gap: tokens.spacingVerticalS },
  facts: {
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXXS,
    margin: 0,
  },
  fact: { margin: 0, overflowWrap: 'anywhere', fontFamily: tokens.fontFamilyMonospace },
});

interface Props {
  readonly user: MadeUser | null;
  /** The call was answered: history will have it. */
  readonly onSeen: () => void;
}

export function CallStep({ user, onSeen }: Props) {
  const { t } = useTranslation('setup');
  const queues = useQuery({
    queryKey: ['queues', 'first'],
    queryFn: () => bodyOf(api.GET('/api/v1/queues', { params: { query: { limit: 1 } } })),
    staleTime: 0,
  });
  return (
    <Loaded query={queues}>
      {({ items: [queue] }) =>
        queue === undefined ? (
          <Empty title={t('setup:call.noQueue')} />
        ) : (
          <FirstCall queue={queue} user={user} onSeen={onSeen} />
        )
      }
    </Loaded>
  );
}

function FirstCall({ queue, user, onSeen }: Props & { readonly queue: QueueView }) {
  const styles = useStyles();
  const { t } = useTranslation('setup');
  const seen = useSeen(queue.name);
  const told = useRef(false);
  useEffect(() => {
    if (!seen.isAnswered || told.current) return;
    told.current = true;
    onSeen();
  }, [seen.isAnswered, onSeen]);
  const { button, panel } = useTestCall('queue', () =>
    bodyOf(api.POST('/api/v1/queues/{key}/test-call', { params: { path: { key: queue.id } } })),
  );
  return (
    <div className={styles.all}>
      <Subtitle1 as="h2">{t('setup:call.title', { queue: queue.name })}</Subtitle1>
      <Body1>{t('setup:call.why')}</Body1>
      <ul className={styles.ticks} aria-live="polite">
        <Tick isDone={seen.isRegistered} name={t('setup:call.registered')} />
        <Tick isDone={seen.hasArrived} name={t('setup:call.arrived')} />
        <Tick isDone={seen.isAnswered} name={t('setup:call.answered')} />
      </ul>
      <Divider />
      <div className={styles.ways}>
        <section className={styles.way}>
          <Subtitle2 as="h3">{t('setup:call.inBrowser')}</Subtitle2>
          <Body1>{t('setup:call.inBrowserHow', { upn: user?.upn ?? t('setup:call.theUser') })}</Body1>
          <Button as="a" href="/agent" target="_blank" rel="noreferrer">
            {t('setup:call.openAgent')}
          </Button>
        </section>
        <DeskPhone user={user} />
        <section className={styles.way}>
          <Subtitle2 as="h3">{t('setup:call.dial')}</Subtitle2>
          <Body1>{t('setup:call.dialHow')}</Body1>
          {button}
          {panel}
          {queue.line_uri && (
            <Body1>{t('setup:call.trunk', { number: queue.line_uri.replace('tel:', '') })}</Body1>
          )}
        </section>
      </div>
      <Divider />
      <Text>
        {t(seen.isAnswered ? 'setup:call.finished' : 'setup:call.later')}{' '}
        <RouterLink to="/wallboard">{t('setup:call.toWallboard')}</RouterLink>
      </Text>
    </div>
  );
}

function Tick({ isDone, name }: { readonly isDone: boolean; readonly name: string }) {
  const styles = useStyles();
  const { t } = useTranslation('setup');
  return (
    <li className={styles.tick}>
      <span className={styles.icon}>
        {isDone ? (
          <CheckmarkCircleFilled className={styles.done} aria-label={t('setup:done')} />
        ) : (
          <CircleRegular aria-label={t('setup:notYet')} />
        )}
      </span>
      <Text>{name}</Text>
    </li>
  );
}

/** What to type into a telephone. */
function DeskPhone({ user }: { readonly user: MadeUser | null }) {
  const styles = useStyles();
  const { t } = useTranslation('setup');
  const { data } = useQuery({
    queryKey: ['server'],
    queryFn: () => bodyOf(api.GET('/api/v1/server')),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const addresses = data?.phones.map(({ transport, address }) => `${transport}:${address}`) ?? [];
  const facts = [
    [t('setup:call.server'), addresses.join(', ') || '…'],
    [t('setup:call.userName'), user?.upn ?? t('setup:call.theirAddress')],
    [t('common:password'), user?.phonePassword ?? t('setup:call.theirPassword')],
  ] as const;
  return (
    <section className={styles.way}>
      <Subtitle2 as="h3">{t('setup:call.deskPhone')}</Subtitle2>
      <Body1>{t('setup:call.deskPhoneHow')}</Body1>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  const styles = useStyles();
  return (
    <>
      <dt>{name}</dt>
      <dd className={styles.fact}>{value}</dd>
    </>
  );
}

/** What was seen of the first call since this page is open. */
function useSeen(queue: string): Seen {
  const { snapshot } = useLive();
  const [seen, setSeen] = useState(NOTHING_SEEN);
  useEffect(() => {
    if (snapshot !== null) setSeen((before) => seenIn(snapshot, queue, before));
  }, [snapshot, queue]);
  return seen;
}
