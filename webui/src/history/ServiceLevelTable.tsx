/** How many callers were served in time, by each formula, with the counts that they are made of. */

import {
  Field,
  InfoLabel,
  makeStyles,
  SpinButton,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf, type Schemas } from '~/api/client';
import { duration, share } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { type Filters, stretchOf } from './filters';
import { OnlyTimeAndQueue } from './OnlyTimeAndQueue';
import { useQueueNames } from './useQueueNames';

type Report = Schemas['ServiceLevelReport'];

const LONGEST = 86_400; // s
const MOST_QUEUES = 100;

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  within: { maxWidth: '280px' },
  wide: { overflowX: 'auto' },
  table: { minWidth: '1080px' },
  number: { fontVariantNumeric: 'tabular-nums' },
  total: { fontWeight: tokens.fontWeightSemibold },
});

interface Props {
  readonly filters: Filters;
  readonly choose: (change: Partial<Filters>) => void;
}

export function ServiceLevelTable({ filters, choose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const total = useQuery(reportOf(filters, filters.queue));
  return (
    <div className={styles.all}>
      <OnlyTimeAndQueue filters={filters} />
      <Field label={t('history:within')} className={styles.within}>
        <SpinButton
          min={1}
          max={LONGEST}
          value={filters.within}
          onChange={(_, { value, displayValue }) => {
            const within = value ?? Number(displayValue);
            if (Number.isInteger(within) && within >= 1 && within <= LONGEST) choose({ within });
          }}
        />
      </Field>
      <Loaded query={total}>{(report) => <Reports filters={filters} total={report} />}</Loaded>
    </div>
  );
}

/** The report of one queue, or of all where none is named. */
function reportOf(filters: Filters, queue: string) {
  return {
    queryKey: ['service-level', stretchOf(filters, new Date()), filters.within, queue],
    queryFn: () => {
      const query = {
        ...stretchOf(filters, new Date()),
        within_s: filters.within,
        ...(queue && { queue }),
      };
      return bodyOf(api.GET('/api/v1/reports/service-level', { params: { query } }));
    },
    placeholderData: keepPreviousData,
  };
}

function Reports({ filters, total }: { readonly filters: Filters; readonly total: Report }) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const names = useQueueNames();
  const queues = filters.queue ? [] : names.slice(0, MOST_QUEUES);
  const each = useQueries({ queries: queues.map((queue) => reportOf(filters, queue)) });
  const reports = each.flatMap(({ data }) => (data && data.calls > 0 ? [data] : []));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.wide} tabIndex={0} aria-label={t('history:view.service-level')}>
      <Table size="small" className={styles.table} aria-label={t('history:view.service-level')}>
        <TableHeader>
          <TableRow>
            <TableHeaderCell>{t('history:queue')}</TableHeaderCell>
            <TableHeaderCell>{t('history:calls')}</TableHeaderCell>
            <TableHeaderCell>
              <InfoLabel info={t('history:formula.ofOffered')}>{t('history:level.ofOffered')}</InfoLabel>
            </TableHeaderCell>
            <TableHeaderCell>
              <InfoLabel info={t('history:formula.abandonRate')}>{t('history:level.abandonRate')}</InfoLabel>
            </TableHeaderCell>
            <TableHeaderCell>
              <InfoLabel info={t('history:offeredHint')}>{t('history:offered')}</InfoLabel>
            </TableHeaderCell>
            <TableHeaderCell>{t('history:outcome.answered')}</TableHeaderCell>
            <TableHeaderCell>{t('history:answeredInTime')}</TableHeaderCell>
            <TableHeaderCell>{t('history:outcome.abandoned')}</TableHeaderCell>
            <TableHeaderCell>{t('history:abandonedInTime')}</TableHeaderCell>
            <TableHeaderCell>
              <InfoLabel info={t('history:formula.ofAnswered')}>{t('history:level.ofAnswered')}</InfoLabel>
            </TableHeaderCell>
            <TableHeaderCell>
              <InfoLabel info={t('history:formula.ofAll')}>{t('history:level.ofAll')}</InfoLabel>
            </TableHeaderCell>
            <TableHeaderCell>
              <InfoLabel info={t('history:waitHint')}>{t('history:meanWait')}</InfoLabel>
            </TableHeaderCell>
            <TableHeaderCell>{t('history:longestWait')}</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {reports.map((report) => (
            <ReportRow key={report.queue} name={report.queue} report={report} />
          ))}
          <ReportRow
            name={<span className={styles.total}>{filters.queue || t('history:allQueues')}</span>}
            report={total}
          />
        </TableBody>
      </Table>
    </section>
  );
}

function ReportRow({ name, report }: { readonly name: ReactNode; readonly report: Report }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const [ofOffered, ofAnswered, ofAll] = report.service_levels.map(({ value }) =>
    share(value, i18n.language),
  );
  const both = (key: 'mean_s' | 'longest_s') =>
    t('history:bothWaits', {
      waiting: duration(report.waits[key]),
      arrival: duration(report.waits_from_arrival[key]),
    });
  const numbers = [
    report.calls,
    ofOffered,
    share(report.abandon_rate, i18n.language),
    report.offered,
    report.answered,
    report.answered_in_time,
    report.abandoned,
    report.abandoned_in_time,
    ofAnswered,
    ofAll,
    both('mean_s'),
    both('longest_s'),
  ];
  return (
    <TableRow>
      <TableHeaderCell scope="row">{name}</TableHeaderCell>
      {numbers.map((number, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places
        <TableCell key={place} className={styles.number}>
          {number}
        </TableCell>
      ))}
    </TableRow>
  );
}
