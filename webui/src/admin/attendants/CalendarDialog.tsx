/** The public holidays of a country and a year, to be chosen from. */

import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  makeStyles,
  Select,
  shorthands,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf, type Schemas } from '~/api/client';
import { localeOf } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { wallClock } from '~/parts/zone';
import type { HolidayDraft } from './attendantDraft';
import { firstCountry, inOrder, missingDays } from './calendars';
import { dayInWords } from './moments';

const YEARS = 5;

type CalendarView = Schemas['CalendarView'];
type CalendarDay = Schemas['CalendarDay'];

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  choices: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(140px, 1fr))',
    gap: tokens.spacingHorizontalM,
    '& > *': { minWidth: 0 },
    '& select': { width: '100%', minWidth: 0 },
  },
  days: {
    ...shorthands.borderStyle('none'),
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
  },
  detail: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly holidays: readonly HolidayDraft[];
  readonly onAdd: (days: readonly CalendarDay[]) => void;
  readonly onClose: () => void;
}

export function CalendarDialog(props: Props) {
  const { t } = useTranslation('attendants');
  const calendars = useQuery({
    queryKey: ['holiday-calendars'],
    queryFn: async () =>
      (await bodyOf(api.GET('/api/v1/holiday-calendars', { params: { query: { limit: 1000 } } }))).items,
  });
  // Opened once there is something in it that takes the focus: without that it would be hidden from screen readers.
  return (
    <Loaded query={calendars}>
      {(loaded) => (
        <Dialog open onOpenChange={(_, { open }) => !open && props.onClose()}>
          <DialogSurface>
            <DialogBody>
              <DialogTitle>{t('attendants:fromCalendar')}</DialogTitle>
              <Choices {...props} calendars={loaded} />
            </DialogBody>
          </DialogSurface>
        </Dialog>
      )}
    </Loaded>
  );
}

function Choices({
  calendars,
  holidays,
  onAdd,
  onClose,
}: Props & { readonly calendars: readonly CalendarView[] }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('attendants');
  const codes = calendars.map((calendar) => calendar.country);
  const thisYear = wallClock(new Date()).year;
  const [country, setCountry] = useState(() => firstCountry(navigator.languages, codes));
  const [part, setPart] = useState('');
  const [year, setYear] = useState(thisYear);
  const [left, setLeft] = useState<readonly string[]>([]);
  const parts = calendars.find((calendar) => calendar.country === country)?.subdivisions ?? [];
  const days = useQuery({
    queryKey: ['holiday-calendars', country, part, year, i18n.language],
    queryFn: async () => {
      const query = { year, ...(part && { subdivision: part }) };
      const params = { path: { country }, query };
      return (await bodyOf(api.GET('/api/v1/holiday-calendars/{country}', { params }))).holidays;
    },
  });
  const offered = missingDays(days.data ?? [], holidays);
  const chosen = offered.filter(({ first, name }) => !left.includes(`${first} ${name}`));
  return (
    <>
      <DialogContent className={styles.content}>
        <div className={styles.choices}>
          <Field label={t('attendants:country')}>
            <Select
              value={country}
              onChange={(_, { value }) => {
                setCountry(value);
                setPart('');
              }}
            >
              {inOrder(codes, i18n.language).map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
          {parts.length > 0 && (
            <Field label={t('attendants:part')}>
              <Select value={part} onChange={(_, { value }) => setPart(value)}>
                <option value="">{t('attendants:wholeCountry')}</option>
                {parts.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </Select>
            </Field>
          )}
          <Field label={t('attendants:year')}>
            <Select value={String(year)} onChange={(_, { value }) => setYear(Number(value))}>
              {Array.from({ length: YEARS }, (_, more) => thisYear + more).map((each) => (
                <option key={each}>{each}</option>
              ))}
            </Select>
          </Field>
        </div>
        <Loaded query={days}>
          {(all) => (
            <fieldset className={styles.days} aria-label={t('attendants:setting.holidays')}>
              {offered.map(({ name, first, last }) => (
                <Checkbox
                  key={`${first} ${name}`}
                  checked={!left.includes(`${first} ${name}`)}
                  label={
                    <>
                      {name}{' '}
                      <Text size={200} className={styles.detail}>
                        {dayInWords(first, localeOf(i18n.language))}
                        {last !== first && ` – ${dayInWords(last, localeOf(i18n.language))}`}
                      </Text>
                    </>
                  }
                  onChange={(_, { checked }) =>
                    setLeft(
                      checked === true
                        ? left.filter((each) => each !== `${first} ${name}`)
                        : [...left, `${first} ${name}`],
                    )
                  }
                />
              ))}
              {offered.length < all.length && (
                <Text size={200} className={styles.detail}>
                  {t('attendants:alreadyThere', { count: all.length - offered.length })}
                </Text>
              )}
            </fieldset>
          )}
        </Loaded>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t('common:cancel')}</Button>
        <Button
          appearance="primary"
          disabled={chosen.length === 0}
          onClick={() => {
            onAdd(chosen);
            onClose();
          }}
        >
          {t('attendants:addHolidays', { count: chosen.length })}
        </Button>
      </DialogActions>
    </>
  );
}
