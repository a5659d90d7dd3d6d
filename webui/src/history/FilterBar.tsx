/** Which calls are looked at. */

import { Button, Field, Input, makeStyles, Select, tokens } from '@fluentui/react-components';
import { DismissRegular, FilterRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PersonPicker } from '~/admin/parts/pickers';
import { useIsNarrow } from '~/shell/narrow';
import { type Filters, isWait, localOf, momentOf, NO_FILTERS, OUTCOMES, RANGES } from './filters';
import { useFilters } from './useFilters';
import { useQueueNames } from './useQueueNames';

const useStyles = makeStyles({
  bar: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(210px, 100%), 1fr))',
    alignItems: 'start',
    gap: tokens.spacingHorizontalM,
  },
  field: { minWidth: 0 },
  input: { minWidth: 0, width: '100%' },
  person: { display: 'flex', alignItems: 'center', minWidth: 0 },
  clear: { marginTop: '28px' },
});

export function FilterBar() {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const { filters, choose } = useFilters();
  const { range, from, to } = filters;
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  return (
    <search className={styles.bar} aria-label={t('history:filters')}>
      <Field label={t('history:range.title')}>
        <Select
          value={range}
          onChange={(_, { value }) => choose({ range: RANGES.find((each) => each === value) ?? 'today' })}
        >
          {RANGES.map((each) => (
            <option key={each} value={each}>
              {t(`history:range.${each}`)}
            </option>
          ))}
        </Select>
      </Field>
      {range === 'custom' && (
        <>
          <MomentField
            label={t('history:from')}
            moment={from}
            onChange={(moment) => choose({ from: moment })}
          />
          <MomentField label={t('history:to')} moment={to} onChange={(moment) => choose({ to: moment })} />
        </>
      )}
      {isNarrow && (
        <Button icon={<FilterRegular />} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('history:more', { chosen: chosenOf(filters) })}
        </Button>
      )}
      {(!isNarrow || isOpen) && <MoreFilters />}
    </search>
  );
}

/** How many filters there are besides the time. */
function chosenOf({ queue, agent, outcome, caller, minWait }: Filters): number {
  return [queue, agent, outcome, caller, minWait].filter(Boolean).length;
}

function MoreFilters() {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const { filters, choose } = useFilters();
  const { view, range, from, to, queue, agent, outcome, caller, minWait } = filters;
  return (
    <>
      <QueueField queue={queue} onChange={(wanted) => choose({ queue: wanted })} />
      <Field label={t('history:agent')} className={styles.field}>
        <span className={styles.person}>
          <PersonPicker
            label={t('history:agent')}
            placeholder={t('common:all')}
            chosen={agent}
            onPick={({ value }) => choose({ agent: value })}
          />
          {agent && (
            <Button
              appearance="subtle"
              icon={<DismissRegular />}
              aria-label={t('history:anyAgent')}
              onClick={() => choose({ agent: '' })}
            />
          )}
        </span>
      </Field>
      <Field label={t('history:outcome.title')}>
        <Select
          value={outcome}
          onChange={(_, { value }) => choose({ outcome: OUTCOMES.find((each) => each === value) ?? '' })}
        >
          <option value="">{t('history:outcome.all')}</option>
          {OUTCOMES.map((each) => (
            <option key={each} value={each}>
              {t(`history:outcome.${each}`)}
            </option>
          ))}
        </Select>
      </Field>
      <TypedField
        label={t('history:caller')}
        text={caller}
        mode="tel"
        onSettled={(text) => choose({ caller: text })}
      />
      <TypedField
        label={t('history:minWait')}
        text={minWait}
        mode="decimal"
        problemOf={(text) => (text === '' || isWait(text) ? null : t('history:notAWait'))}
        onSettled={(text) => choose({ minWait: text })}
      />
      {chosenOf(filters) > 0 && (
        <Button className={styles.clear} onClick={() => choose({ ...NO_FILTERS, view, range, from, to })}>
          {t('history:clear')}
        </Button>
      )}
    </>
  );
}

function QueueField({
  queue,
  onChange,
}: {
  readonly queue: string;
  readonly onChange: (queue: string) => void;
}) {
  const { t } = useTranslation('history');
  const names = useQueueNames();
  return (
    <Field label={t('history:queue')}>
      <Select value={queue} onChange={(_, { value }) => onChange(value)}>
        <option value="">{t('history:allQueues')}</option>
        {/* One that is gone, or not loaded yet, is still what is asked for. */}
        {queue && !names.includes(queue) && <option value={queue}>{queue}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  );
}

interface MomentProps {
  readonly label: string;
  readonly moment: string;
  readonly onChange: (moment: string) => void;
}

function MomentField({ label, moment, onChange }: MomentProps) {
  const styles = useStyles();
  return (
    <Field label={label}>
      <Input
        className={styles.input}
        type="datetime-local"
        value={localOf(moment)}
        onChange={(_, { value }) => onChange(momentOf(value))}
      />
    </Field>
  );
}

interface TypedProps {
  readonly label: string;
  readonly text: Filters['caller'];
  readonly mode: 'tel' | 'decimal';
  readonly problemOf?: (text: string) => string | null;
  readonly onSettled: (text: string) => void;
}

const PAUSE = 400; // ms without a key

/** A field whose text counts once somebody pauses. */
function TypedField({ label, text, mode, problemOf = () => null, onSettled }: TypedProps) {
  const styles = useStyles();
  const [typed, setTyped] = useState(text);
  // The address may change by itself: by going back, or by clearing all filters.
  const [before, setBefore] = useState(text);
  if (before !== text) {
    setBefore(text);
    setTyped(text);
  }
  const problem = problemOf(typed);
  useEffect(() => {
    if (typed === text || problem !== null) return undefined;
    const timer = setTimeout(() => onSettled(typed), PAUSE);
    return () => clearTimeout(timer);
  }, [typed, text, problem, onSettled]);
  return (
    <Field label={label} validationMessage={problem}>
      <Input
        className={styles.input}
        inputMode={mode}
        value={typed}
        onChange={(_, { value }) => setTyped(value)}
      />
    </Field>
  );
}
