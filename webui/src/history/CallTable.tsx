/** The calls that match, a page of them; each leads to its timeline. */

import {
  Button,
  makeStyles,
  mergeClasses,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from '@fluentui/react-components';
import { ArrowSyncRegular, ChevronLeftRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useCallEnded } from '~/live/live';
import { Empty } from '~/parts/Empty';
import { duration, moment } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { RouterLink } from '~/parts/RouterLink';
import { ShownNumber } from '~/parts/ShownNumber';
import { useIsNarrow } from '~/shell/narrow';
import { type Filters, PAGE_SIZE, queryOf } from './filters';
import { OutcomeBadge } from './OutcomeBadge';

type Call = Schemas['CallView'];

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  cell: {
    overflowWrap: 'anywhere',
    paddingTop: tokens.spacingVerticalS,
    paddingBottom: tokens.spacingVerticalS,
  },
  number: { fontVariantNumeric: 'tabular-nums' },
  short: { width: '108px' },
  shortOnNarrow: { width: '64px' },
  moment: { width: '120px' },
  small: { color: tokens.colorNeutralForeground3, display: 'block' },
  foot: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  count: { flexGrow: 1 },
});

interface Props {
  readonly filters: Filters;
  readonly choose: (change: Partial<Filters>) => void;
}

export function CallTable({ filters, choose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const { page } = filters;
  const query = useQuery({
    queryKey: ['calls', queryOf(filters, new Date()), page],
    queryFn: () => {
      const wanted = { ...queryOf(filters, new Date()), limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE };
      return bodyOf(api.GET('/api/v1/calls', { params: { query: wanted } }));
    },
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query}>
      {({ items, total }) => (
        <div className={styles.all} aria-busy={query.isPlaceholderData}>
          <News key={query.dataUpdatedAt} onRefresh={() => void query.refetch()} />
          {items.length === 0 ? (
            <Empty title={t('history:nothing')}>{t('history:nothingHint')}</Empty>
          ) : (
            <Calls calls={items} />
          )}
          <Pages
            page={page}
            total={total}
            shown={items.length}
            onPage={(wanted) => choose({ page: wanted })}
          />
        </div>
      )}
    </Loaded>
  );
}

/** Calls that ended since the table was loaded: rows do not move under somebody's eyes. */
function News({ onRefresh }: { readonly onRefresh: () => void }) {
  const { t } = useTranslation('history');
  const [hasNews, setNews] = useState(false);
  useCallEnded(useCallback(() => setNews(true), []));
  return (
    <div role="status">
      {hasNews && (
        <Button appearance="subtle" icon={<ArrowSyncRegular />} onClick={onRefresh}>
          {t('history:news')}
        </Button>
      )}
    </div>
  );
}

function Calls({ calls }: { readonly calls: readonly Call[] }) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const isNarrow = useIsNarrow();
  return (
    <Table size="small" aria-label={t('history:view.calls')}>
      <TableHeader>
        <TableRow>
          <TableHeaderCell className={styles.moment}>{t('history:arrived')}</TableHeaderCell>
          {!isNarrow && <TableHeaderCell>{t('history:caller')}</TableHeaderCell>}
          {!isNarrow && <TableHeaderCell>{t('history:queue')}</TableHeaderCell>}
          <TableHeaderCell>{t('history:outcome.title')}</TableHeaderCell>
          {!isNarrow && <TableHeaderCell>{t('history:agent')}</TableHeaderCell>}
          <TableHeaderCell className={isNarrow ? styles.shortOnNarrow : styles.short}>
            {t('history:waited')}
          </TableHeaderCell>
          {!isNarrow && <TableHeaderCell className={styles.short}>{t('history:talked')}</TableHeaderCell>}
        </TableRow>
      </TableHeader>
      <TableBody>
        {calls.map((call) => (
          <CallRow key={call.call_id} call={call} isNarrow={isNarrow} />
        ))}
      </TableBody>
    </Table>
  );
}

function CallRow({ call, isNarrow }: { readonly call: Call; readonly isNarrow: boolean }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const small = (text: ReactNode) => (
    <Text size={200} className={styles.small}>
      {text}
    </Text>
  );
  const caller = <ShownNumber number={call.caller} shown={call.caller_shown} />;
  const queue =
    call.first_queue === call.queue
      ? call.queue
      : t('history:fromTo', { from: call.first_queue, to: call.queue });
  return (
    <TableRow>
      <TableCell className={styles.cell}>
        <RouterLink to={`/history/${encodeURIComponent(call.call_id)}`}>
          {moment(call.arrived_at, i18n.language)}
        </RouterLink>
        {isNarrow && small(caller)}
        {isNarrow && small(queue)}
      </TableCell>
      {!isNarrow && <TableCell className={styles.cell}>{caller}</TableCell>}
      {!isNarrow && <TableCell className={styles.cell}>{queue}</TableCell>}
      <TableCell className={styles.cell}>
        <OutcomeBadge outcome={call.outcome} />
        {isNarrow ? call.agent_name !== null && small(call.agent_name) : call.reason && small(call.reason)}
      </TableCell>
      {!isNarrow && <TableCell className={styles.cell}>{call.agent_name ?? '–'}</TableCell>}
      <TableCell className={mergeClasses(styles.cell, styles.number)}>{duration(call.waited_s)}</TableCell>
      {!isNarrow && (
        <TableCell className={mergeClasses(styles.cell, styles.number)}>{talkOf(call) ?? '–'}</TableCell>
      )}
    </TableRow>
  );
}

function talkOf({ answered_at, ended_at }: Call): string | null {
  return answered_at === null ? null : duration((Date.parse(ended_at) - Date.parse(answered_at)) / 1000);
}

interface PagesProps {
  readonly page: number;
  readonly total: number;
  readonly shown: number;
  readonly onPage: (page: number) => void;
}

/** How many of how many, and the way to the others. */
export function Pages({ page, total, shown, onPage }: PagesProps) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const first = (page - 1) * PAGE_SIZE + 1;
  const where = { first: number(first), last: number(first + shown - 1), total: number(total) };
  return (
    <nav className={styles.foot} aria-label={t('history:pages')}>
      <Text className={styles.count} role="status">
        {shown === 0 ? t('history:count', { total: number(total) }) : t('history:shown', where)}
      </Text>
      <Button
        icon={<ChevronLeftRegular />}
        disabledFocusable={page === 1}
        onClick={() => page > 1 && onPage(page - 1)}
      >
        {t('history:newer')}
      </Button>
      <Button
        icon={<ChevronRightRegular />}
        iconPosition="after"
        disabledFocusable={page * PAGE_SIZE >= total}
        onClick={() => page * PAGE_SIZE < total && onPage(page + 1)}
      >
        {t('history:older')}
      </Button>
    </nav>
  );
}
