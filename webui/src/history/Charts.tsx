/** The calls that match as charts: how long callers waited, how many there were when, how they ended. */

import {
  DataVizPalette,
  DonutChart,
  getColorFromToken,
  ResponsiveContainer,
  VerticalStackedBarChart,
} from '@fluentui/react-charts';
import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';
import { Empty } from '~/parts/Empty';
import { localeOf } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { inZone } from '~/parts/zone';
import { useIsNarrow } from '~/shell/narrow';
import { useColours } from '~/theme/theme';
import { ChartCard } from './ChartCard';
import { fromFirstCall, type Row, ticksOf, totals, volumeRows, waitRows } from './chartData';
import { chartStretchOf, type Filters, type Outcome, stepOf } from './filters';
import { OnlyTimeAndQueue } from './OnlyTimeAndQueue';

const COLOURS: Readonly<Record<Outcome, string>> = {
  answered: DataVizPalette.success,
  abandoned: DataVizPalette.error,
  overflowed: DataVizPalette.info,
  'timed-out': DataVizPalette.warning,
  'no-agents': DataVizPalette.color4,
  refused: DataVizPalette.disabled,
  failed: DataVizPalette.highError,
};

const HEIGHT = 280;
const FEWEST = 4; // calls that a chart is high at least: there are no half calls on its axis
const DONUT_HEIGHT = 220;
const MOST_TICKS = { wide: 7, narrow: 4 };
const NARROW_MARGINS = { left: 40, right: 8, top: 24, bottom: 36 };
const MARGINS = { left: 48, right: 40, top: 24, bottom: 36 };

const TICKS: Readonly<Record<number, Intl.DateTimeFormatOptions>> = {
  900: { timeStyle: 'short' },
  3600: { weekday: 'short', hour: 'numeric' },
  86400: { day: 'numeric', month: 'short' },
};

const useStyles = makeStyles({
  charts: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  pair: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(340px, 100%), 1fr))',
    gap: tokens.spacingHorizontalL,
  },
  donut: { height: `${DONUT_HEIGHT}px`, minWidth: 0 },
  legend: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: tokens.spacingHorizontalM,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  entry: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  swatch: { width: '12px', height: '12px' },
  chart: { height: `${HEIGHT}px`, minWidth: 0 },
});

export default function Charts({ filters }: { readonly filters: Filters }) {
  const styles = useStyles();
  return (
    <div className={styles.charts}>
      <OnlyTimeAndQueue filters={filters} />
      <Volumes filters={filters} />
    </div>
  );
}

function Volumes({ filters }: { readonly filters: Filters }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const now = new Date();
  const stretch = chartStretchOf(filters, now);
  const step = stepOf(stretch, now);
  const { queue } = filters;
  const volumes = useQuery({
    queryKey: ['volumes', stretch, step, queue],
    queryFn: () => {
      const query = { ...stretch, step_s: step, ...(queue && { queue }) };
      return bodyOf(api.GET('/api/v1/reports/volumes', { params: { query } }));
    },
    placeholderData: keepPreviousData,
  });
  const at = new Intl.DateTimeFormat(localeOf(i18n.language), {
    ...inZone(),
    dateStyle: 'short',
    ...(step !== 86400 && { timeStyle: 'short' as const }),
  });
  return (
    <Loaded query={volumes}>
      {(report) => {
        const rows = fromFirstCall(volumeRows(report));
        const outcomes = totals(rows);
        if (outcomes.length === 0)
          return <Empty title={t('history:nothing')}>{t('history:nothingHint')}</Empty>;
        return (
          <>
            <StackedChart
              title={t('history:chart.volumes')}
              first={t('history:arrived')}
              rows={rows}
              shown={outcomes.map(({ outcome }) => outcome)}
              nameOf={(label) => at.format(label)}
              placeOf={(label) => label}
              tickOf={tickOf(step, i18n.language)}
            />
            <div className={styles.pair}>
              <Waits filters={filters} />
              <Outcomes outcomes={outcomes} />
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

/** Moments below an axis: as short as they are clear. */
function tickOf(step: number, language: string): (moment: Date) => string {
  const format = new Intl.DateTimeFormat(localeOf(language), {
    ...inZone(),
    ...(TICKS[step] ?? TICKS[900]),
  });
  return (moment) => format.format(moment);
}

function Waits({ filters }: { readonly filters: Filters }) {
  const { t } = useTranslation('history');
  const stretch = chartStretchOf(filters, new Date());
  const { queue } = filters;
  const waits = useQuery({
    queryKey: ['waits', stretch, queue],
    queryFn: () => {
      const query = { ...stretch, ...(queue && { queue }) };
      return bodyOf(api.GET('/api/v1/reports/waits', { params: { query } }));
    },
    placeholderData: keepPreviousData,
  });
  const nameOf = (label: { from: number; to: number | null }) => rangeName(label, t);
  return (
    <Loaded query={waits}>
      {(report) => (
        <StackedChart
          title={t('history:chart.waits')}
          first={t('history:chart.wait')}
          rows={waitRows(report)}
          shown={['answered', 'abandoned']}
          nameOf={nameOf}
          placeOf={nameOf}
        />
      )}
    </Loaded>
  );
}

function rangeName({ from, to }: { from: number; to: number | null }, t: TFunction): string {
  return to === null
    ? t('history:chart.over', { low: from })
    : t('history:chart.upTo', { low: from, high: to });
}

interface StackedProps<Label> {
  readonly title: string;
  /** What the first column of the table is called. */
  readonly first: string;
  readonly rows: readonly Row<Label>[];
  readonly shown: readonly Outcome[];
  readonly nameOf: (label: Label) => string;
  readonly placeOf: (label: Label) => Date | string;
  readonly tickOf?: (moment: Date) => string;
}

function StackedChart<Label>({ title, first, rows, shown, nameOf, placeOf, tickOf }: StackedProps<Label>) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const { isDark } = useColours();
  const isNarrow = useIsNarrow();
  const table = {
    head: [first, ...shown.map((outcome) => t(`history:outcome.${outcome}`))],
    rows: rows.map(({ label, counts }) => [nameOf(label), ...shown.map((outcome) => counts[outcome] ?? 0)]),
  };
  const data = rows.map(({ label, counts }) => ({
    xAxisPoint: placeOf(label),
    xAxisCalloutData: nameOf(label),
    chartData: shown.map((outcome) => ({
      legend: t(`history:outcome.${outcome}`),
      data: counts[outcome] ?? 0,
      color: getColorFromToken(COLOURS[outcome], isDark),
      xAxisCalloutData: nameOf(label),
    })),
  }));
  const moments = data.map((each) => each.xAxisPoint).filter((each) => each instanceof Date);
  return (
    <ChartCard title={title} table={table}>
      <div className={styles.chart}>
        <ResponsiveContainer height={HEIGHT}>
          <VerticalStackedBarChart
            data={data}
            culture={i18n.language}
            isCalloutForStack
            barWidth="auto"
            maxBarWidth={40}
            useUTC={false}
            roundedTicks
            yMaxValue={FEWEST}
            {...(tickOf !== undefined && {
              customDateTimeFormatter: tickOf,
              tickValues: ticksOf(moments, isNarrow ? MOST_TICKS.narrow : MOST_TICKS.wide),
            })}
            margins={tickOf === undefined ? NARROW_MARGINS : MARGINS}
            enabledLegendsWrapLines
          />
        </ResponsiveContainer>
      </div>
    </ChartCard>
  );
}

function Outcomes({ outcomes }: { readonly outcomes: readonly { outcome: Outcome; count: number }[] }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const { isDark } = useColours();
  const all = outcomes.reduce((sum, { count }) => sum + count, 0);
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const table = {
    head: [t('history:outcome.title'), t('history:calls'), t('history:chart.share')],
    rows: outcomes.map(({ outcome, count }) => [
      t(`history:outcome.${outcome}`),
      count,
      share.format(count / all),
    ]),
  };
  const chartData = outcomes.map(({ outcome, count }) => ({
    legend: t(`history:outcome.${outcome}`),
    data: count,
    color: getColorFromToken(COLOURS[outcome], isDark),
  }));
  return (
    <ChartCard title={t('history:chart.outcomes')} table={table}>
      <div className={styles.donut}>
        <ResponsiveContainer height={DONUT_HEIGHT}>
          <DonutChart
            data={{ chartData }}
            culture={i18n.language}
            innerRadius={60}
            valueInsideDonut={all}
            hideLegend
          />
        </ResponsiveContainer>
      </div>
      <ul className={styles.legend}>
        {outcomes.map(({ outcome, count }, place) => (
          <li key={outcome} className={styles.entry}>
            <svg className={styles.swatch} viewBox="0 0 12 12" aria-hidden>
              <title> </title>
              <rect width="12" height="12" fill={chartData[place]?.color} />
            </svg>
            <Text size={200}>
              {t('history:chart.outcomeShare', {
                outcome: t(`history:outcome.${outcome}`),
                share: share.format(count / all),
              })}
            </Text>
          </li>
        ))}
      </ul>
    </ChartCard>
  );
}
