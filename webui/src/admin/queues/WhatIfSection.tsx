/** What if: the callers of a day that is over meet the queue as it is typed, before that is saved. */

import {
  Button,
  Caption1,
  Field,
  Input,
  makeStyles,
  Spinner,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Editing } from '~/admin/parts/editing';
import { Section } from '~/admin/parts/Section';
import { api, bodyOf, type Schemas } from '~/api/client';
import { Failure } from '~/parts/Failure';
import { duration, share } from '~/parts/format';
import { midnight, wallClock } from '~/parts/zone';
import { patchOf, type QueueDraft, type QueueView } from './queueDraft';
import { WhatIfChart } from './WhatIfChart';
import type { WhatIfReport } from './whatIf';

const WITHIN = 20; // s

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalM },
  wide: { overflowX: 'auto' },
  table: { minWidth: '520px' },
  number: { fontVariantNumeric: 'tabular-nums' },
});

interface Props {
  readonly editing: Editing<QueueDraft>;
  readonly queue: QueueView;
}

export function WhatIfSection({ editing, queue }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('queues');
  const [day, setDay] = useState(yesterday);
  const { draft, changed } = editing;
  const settings = patchOf(Object.fromEntries(changed.map((field) => [field, draft[field]])), draft);
  const asked = JSON.stringify({ day, settings });
  const asking = useMutation({
    mutationFn: async () => {
      const params = { path: { key: queue.id }, query: { day, within_s: WITHIN } };
      const report = await bodyOf(api.POST('/api/v1/queues/{key}/what-if', { params, body: settings }));
      return { asked, report };
    },
  });
  return (
    <Section title={t('queues:whatIf.title')} about={t('queues:whatIf.about')} name="what-if">
      <div className={styles.row}>
        <Field label={t('queues:whatIf.day')}>
          <Input type="date" value={day} max={yesterday()} onChange={(_, { value }) => setDay(value)} />
        </Field>
        <Button disabled={asking.isPending || day === ''} onClick={() => asking.mutate()}>
          {t('queues:whatIf.ask')}
        </Button>
        {asking.isPending && <Spinner size="tiny" label={t('queues:whatIf.asking')} />}
      </div>
      <Failure error={asking.error} shown={[]} labelOf={(field) => labelOf(field, draft, t)} />
      {asking.data !== undefined && !asking.isPending && (
        <>
          {asking.data.asked !== asked && <Caption1 role="status">{t('queues:whatIf.stale')}</Caption1>}
          <Report report={asking.data.report} />
        </>
      )}
    </Section>
  );
}

function labelOf(field: string, draft: QueueDraft, t: TFunction): string | undefined {
  if (field === 'day') return t('queues:whatIf.day');
  return field in draft ? t(`queues:setting.${field as keyof QueueDraft}`) : undefined;
}

/** The day before today by the clocks of the organization, as the API writes days. */
function yesterday(): string {
  const { year, month, day } = wallClock(midnight(new Date(), 1));
  return [year, month, day].map((each) => String(each).padStart(2, '0')).join('-');
}

function Report({ report }: { readonly report: WhatIfReport }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('queues');
  if (report.happened.offered === 0) return <Text>{t('queues:whatIf.nothing')}</Text>;
  const columns = ['happened', 'as_it_is', 'changed'] as const;
  const figures = columns.map((column) => figuresOf(report[column], i18n.language, t));
  return (
    <>
      <WhatIfChart report={report} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={styles.wide} tabIndex={0} aria-label={t('queues:whatIf.title')}>
        <Table size="small" className={styles.table}>
          <TableHeader>
            <TableRow>
              <TableHeaderCell />
              {columns.map((column) => (
                <TableHeaderCell key={column}>{t(`queues:whatIf.column.${column}`)}</TableHeaderCell>
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {FIGURES.map((figure) => (
              <TableRow key={figure}>
                <TableHeaderCell scope="row">
                  {t(`queues:whatIf.figure.${figure}`, { seconds: report.within_s })}
                </TableHeaderCell>
                {columns.map((column, place) => (
                  <TableCell key={column} className={styles.number}>
                    {figures[place]?.[figure]}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </section>
      <Caption1>{t('queues:whatIf.trust')}</Caption1>
    </>
  );
}

const FIGURES = ['offered', 'inTime', 'abandoned', 'turnedAway', 'meanWait', 'wait90', 'occupancy'] as const;
type Figure = (typeof FIGURES)[number];

function figuresOf(day: Schemas['DayView'], language: string, t: TFunction): Record<Figure, string | number> {
  const level = share(day.service_level, language);
  const margin = day.service_level_margin;
  const seconds = (value: number | null) => (value === null ? '–' : duration(value));
  return {
    offered: day.offered,
    inTime:
      margin === null ? level : t('queues:whatIf.margin', { level, points: pointsOf(margin, language) }),
    abandoned: day.abandoned,
    turnedAway: day.turned_away,
    meanWait: seconds(day.mean_wait_s),
    wait90: seconds(day.wait_90_s),
    occupancy: share(day.occupancy, language),
  };
}

/** A share as points of a hundred; with a decimal where there would be nothing without one. */
function pointsOf(margin: number, language: string): string {
  const digits = margin < 0.01 ? 1 : 0;
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(100 * margin);
}
