/** Days on which other things happen: typed, or taken from the calendar of a country. */

import { Button, Caption1, Field, Input, makeStyles, Select, tokens } from '@fluentui/react-components';
import { AddRegular, CalendarAddRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { anchorOf } from '~/admin/parts/anchors';
import { FindingNotes } from '~/admin/parts/FindingNotes';
import { useFieldsScope } from '~/admin/parts/fields';
import { findingsAt } from '~/admin/parts/findings';
import { OrderedList } from '~/admin/parts/OrderedList';
import { FoldingSection } from '~/admin/parts/Section';
import { type HolidayDraft, newFlow } from './attendantDraft';
import { CalendarDialog } from './CalendarDialog';
import { nextId, withDays } from './calendars';
import type { PartProps } from './partProps';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(120px, 1fr) 146px 146px 200px',
    gap: tokens.spacingHorizontalS,
    paddingBlock: tokens.spacingVerticalXS,
    '@media (max-width: 1000px)': { gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)' },
    '@media (max-width: 500px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  input: { minWidth: 0, width: '100%' },
});

export function HolidaysSection({ editing }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const { isReadOnly, findings } = useFieldsScope();
  const [isChoosing, setChoosing] = useState(false);
  const { holidays, language } = editing.draft;
  const set = (changed: readonly HolidayDraft[]) => editing.set({ holidays: changed });
  const change = (holiday: HolidayDraft) =>
    set(holidays.map((each) => (each.id === holiday.id ? holiday : each)));
  const add = () => set([...holidays, { id: nextId(holidays), name: '', first: '', last: '', flow: null }]);
  return (
    <FoldingSection
      title={t('attendants:setting.holidays')}
      about={t('attendants:holidaysAbout')}
      name="holidays-section"
      fields={['holidays']}
      summary={t('attendants:holidayCount', { count: holidays.length })}
      isDefault={holidays.length === 0}
    >
      {!isReadOnly && (
        <div className={styles.actions}>
          <Button icon={<AddRegular />} onClick={add}>
            {t('attendants:addHoliday')}
          </Button>
          <Button icon={<CalendarAddRegular />} onClick={() => setChoosing(true)}>
            {t('attendants:fromCalendar')}
          </Button>
        </div>
      )}
      {holidays.length > 1 && <Caption1>{t('attendants:firstCounts')}</Caption1>}
      {holidays.length > 0 && (
        <OrderedList
          label={t('attendants:setting.holidays')}
          items={holidays}
          keyOf={({ id }) => String(id)}
          nameOf={({ name }) => name || t('attendants:newHoliday')}
          onChange={set}
          row={(holiday) => (
            <Row
              holiday={holiday}
              path={`holidays[${holidays.indexOf(holiday)}]`}
              onChange={change}
              ownFlow={() => newFlow(language)}
            />
          )}
        />
      )}
      <FindingNotes
        findings={findingsAt(findings, 'holidays').filter(({ field }) => !field.includes('flow'))}
      />
      {isChoosing && (
        <CalendarDialog
          holidays={holidays}
          onAdd={(days) => set(withDays(holidays, days))}
          onClose={() => setChoosing(false)}
        />
      )}
    </FoldingSection>
  );
}

interface RowProps {
  readonly holiday: HolidayDraft;
  readonly path: string;
  readonly onChange: (holiday: HolidayDraft) => void;
  readonly ownFlow: () => HolidayDraft['flow'];
}

function Row({ holiday, path, onChange, ownFlow }: RowProps) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const { isReadOnly, problemOf } = useFieldsScope();
  const { name, first, last, flow } = holiday;
  const called = name || t('attendants:newHoliday');
  const problem = (field: string) => {
    const found = problemOf(`${path}.${field}`);
    return found === undefined ? {} : { validationMessage: found };
  };
  const isWrong = ['name', 'first', 'last'].some((field) => problemOf(`${path}.${field}`) !== undefined);
  return (
    <div id={anchorOf(path)} className={styles.row} data-invalid={isWrong || undefined}>
      <Field {...problem('name')}>
        <Input
          className={styles.input}
          aria-label={t('attendants:holidayName')}
          placeholder={t('attendants:holidayName')}
          autoComplete="off"
          readOnly={isReadOnly}
          value={name}
          onChange={(_, { value }) => onChange({ ...holiday, name: value })}
        />
      </Field>
      <Field {...problem('first')}>
        <Input
          className={styles.input}
          type="date"
          aria-label={t('attendants:firstDay', { name: called })}
          readOnly={isReadOnly}
          value={first}
          onChange={(_, { value }) =>
            onChange({ ...holiday, first: value, last: last === '' || last === first ? value : last })
          }
        />
      </Field>
      <Field {...problem('last')}>
        <Input
          className={styles.input}
          type="date"
          aria-label={t('attendants:lastDay', { name: called })}
          readOnly={isReadOnly}
          min={first}
          value={last}
          onChange={(_, { value }) => onChange({ ...holiday, last: value })}
        />
      </Field>
      <Select
        className={styles.input}
        aria-label={t('attendants:onHoliday', { name: called })}
        disabled={isReadOnly}
        value={flow === null ? 'after_hours' : 'own'}
        onChange={(_, { value }) => onChange({ ...holiday, flow: value === 'own' ? ownFlow() : null })}
      >
        <option value="after_hours">{t('attendants:asAfterHours')}</option>
        <option value="own">{t('attendants:ownFlow')}</option>
      </Select>
    </div>
  );
}
