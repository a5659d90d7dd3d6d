/** How many callers were served in time, by each formula, with the counts that they are made of. */

import {
  Card,
  Field,
  InfoLabel,
  makeStyles,
  mergeClasses,
  SpinButton,
  Subtitle2,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf, type Schemas } from '~/api/client';
import { duration, share } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { useIsNarrow } from '~/shell/narrow';
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
  head: { fontSize: tokens.fontSizeBase200 },
  number: { fontVariantNumeric: 'tabular-nums' },
  cards: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  name: { margin: 0, overflowWrap: 'anywhere' },
  figures: { display: 'flex', flexDirection: 'column', margin: 0 },
  figure: {
    display: 'flex',
    justifyContent: 'space-between',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalM,
    minHeight: '28px',
    ':not(:first-child)': { borderTop: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}` },
  },
  value: { margin: 0, textAlign: 'end', fontWeight: tokens.fontWeightSemibold },
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
  const isNarrow = useIsNarrow();
  const queues = filters.queue ? [] : names.slice(0, MOST_QUEUES);
  const each = useQueries({ queries: queues.map((queue) => reportOf(filters, queue)) });
  const reports = each.flatMap(({ data }) => (data && data.calls > 0 ? [data] : []));
  const whole = filters.queue || t('history:allQueues');
  if (isNarrow)
    return (
      <section className={styles.cards} aria-label={t('history:view.service-level')}>
        <ReportCard name={whole} report={total} />
        {reports.map((report) => (
          <ReportCard key={report.queue} name={report.queue ?? ''} report={report} />
        ))}
      </section>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.wide} tabIndex={0} aria-label={t('history:view.service-level')}>
      <Table size="small" className={styles.table} aria-label={t('history:view.service-level')}>
        <TableHeader>
          <TableRow>
            <TableHeaderCell>{t('history:queue')}</TableHeaderCell>
            {FIGURES.map((figure) => (
              <TableHeaderCell key={figure} className={styles.head}>
                <FigureName figure={figure} />
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {reports.map((report) => (
            <ReportRow key={report.queue} name={report.queue} report={report} />
          ))}
          <ReportRow name={<span className={styles.total}>{whole}</span>} report={total} />
        </TableBody>
      </Table>
    </section>
  );
}

/** What is told of a queue, in this order. */
const FIGURES = [
  'calls',
  'ofOffered',
  'abandonRate',
  'offered',
  'answered',
  'answeredInTime',
  'abandoned',
  'abandonedInTime',
  'ofAnswered',
  'ofAll',
  'meanWait',
  'longestWait',
] as const;
type Figure = (typeof FIGURES)[number];

/** What a figure is called, with its formula behind a sign where it has one. */
function FigureName({ figure }: { readonly figure: Figure }) {
  const { t } = useTranslation('history');
  switch (figure) {
    case 'ofOffered':
    case 'abandonRate':
    case 'ofAnswered':
    case 'ofAll':
      return <InfoLabel info={t(`history:formula.${figure}`)}>{t(`history:level.${figure}`)}</InfoLabel>;
    case 'offered':
      return <InfoLabel info={t('history:offeredHint')}>{t('history:offered')}</InfoLabel>;
    case 'meanWait':
      return <InfoLabel info={t('history:waitHint')}>{t('history:meanWait')}</InfoLabel>;
    case 'answered':
    case 'abandoned':
      return t(`history:outcome.${figure}`);
    default:
      return t(`history:${figure}`);
  }
}

function figuresOf(report: Report, language: string, t: TFunction): Record<Figure, string | number> {
  const [ofOffered = '–', ofAnswered = '–', ofAll = '–'] = report.service_levels.map(({ value }) =>
    share(value, language),
  );
  const both = (key: 'mean_s' | 'longest_s') =>
    t('history:bothWaits', {
      waiting: duration(report.waits[key]),
      arrival: duration(report.waits_from_arrival[key]),
    });
  return {
    calls: report.calls,
    ofOffered,
    abandonRate: share(report.abandon_rate, language),
    offered: report.offered,
    answered: report.answered,
    answeredInTime: report.answered_in_time,
    abandoned: report.abandoned,
    abandonedInTime: report.abandoned_in_time,
    ofAnswered,
    ofAll,
    meanWait: both('mean_s'),
    longestWait: both('longest_s'),
  };
}

function ReportRow({ name, report }: { readonly name: ReactNode; readonly report: Report }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const figures = figuresOf(report, i18n.language, t);
  return (
    <TableRow>
      <TableHeaderCell scope="row">{name}</TableHeaderCell>
      {FIGURES.map((figure) => (
        <TableCell key={figure} className={styles.number}>
          {figures[figure]}
        </TableCell>
      ))}
    </TableRow>
  );
}

/** The same where a row would not fit on the screen. */
function ReportCard({ name, report }: { readonly name: string; readonly report: Report }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const figures = figuresOf(report, i18n.language, t);
  return (
    <Card>
      <Subtitle2 as="h2" className={styles.name}>
        {name}
      </Subtitle2>
      <dl className={styles.figures}>
        {FIGURES.map((figure) => (
          <div key={figure} className={styles.figure}>
            <dt>
              <FigureName figure={figure} />
            </dt>
            <dd className={mergeClasses(styles.value, styles.number)}>{figures[figure]}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
