/** A week's hours: painted with mouse, finger or keys, or typed; each day can be copied to others. */

import {
  Button,
  Caption1,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
  useAnnounce,
} from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { anchorOf } from '~/admin/parts/anchors';
import { useFieldsScope } from '~/admin/parts/fields';
import { type HoursDraft, weekOf } from './attendantDraft';
import {
  clock,
  DAYS,
  type Day,
  isOpenAt,
  painted,
  QUARTERS,
  type Stroke,
  stretchesOf,
  textOf,
  type Week,
} from './hours';

const HOUR = 4; // quarters
/** How far beyond midnight a stroke goes at most. */
const FURTHEST = 2 * QUARTERS - 1;
/** A finger that only meant to scroll moves less than this. */
const LEAST_BY_TOUCH = 2; // quarters
const WORKDAYS: readonly Day[] = DAYS.slice(0, 5);

const useStyles = makeStyles({
  week: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS, userSelect: 'none' },
  row: {
    display: 'grid',
    gridTemplateColumns: '84px minmax(0, 1fr) 228px auto',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalM,
    '@media (max-width: 760px)': {
      gridTemplateColumns: 'minmax(0, 1fr) auto',
      gridTemplateAreas: '"day copy" "bar bar" "text text"',
      rowGap: tokens.spacingVerticalXS,
      paddingBlock: tokens.spacingVerticalXS,
    },
  },
  day: { '@media (max-width: 760px)': { gridArea: 'day' } },
  copy: { '@media (max-width: 760px)': { gridArea: 'copy' } },
  text: { minWidth: 0, '@media (max-width: 760px)': { gridArea: 'text' } },
  input: { width: '100%', minWidth: 0 },
  scale: { position: 'relative', height: '16px', color: tokens.colorNeutralForeground2 },
  scaleRow: { '@media (max-width: 760px)': { display: 'block' } },
  hour: { position: 'absolute', transform: 'translateX(-50%)', fontVariantNumeric: 'tabular-nums' },
  first: { transform: 'none' },
  last: { transform: 'translateX(-100%)' },
  minor: { '@media (max-width: 760px)': { display: 'none' } },
  bar: {
    position: 'relative',
    height: '32px',
    overflow: 'hidden',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground4,
    // A line at every third hour.
    backgroundImage: `repeating-linear-gradient(to right, ${tokens.colorNeutralStroke1} 0 1px, transparent 1px 12.5%)`,
    outlineOffset: '2px',
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    '@media (max-width: 760px)': { gridArea: 'bar', height: '44px' },
    '@media (forced-colors: active)': { border: '1px solid' },
  },
  paintable: { cursor: 'crosshair', touchAction: 'pan-y' },
  stretch: {
    position: 'absolute',
    insetBlock: 0,
    backgroundColor: tokens.colorBrandBackground,
    '@media (forced-colors: active)': { backgroundColor: 'Highlight', forcedColorAdjust: 'none' },
  },
  before: { opacity: 0.55 },
  cursor: {
    position: 'absolute',
    insetBlock: 0,
    boxSizing: 'border-box',
    minWidth: '6px',
    border: `2px solid ${tokens.colorNeutralForeground1}`,
    backgroundColor: tokens.colorNeutralBackground1,
    opacity: 0.85,
  },
  told: { minHeight: '20px', color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly hours: HoursDraft;
  readonly onChange: (hours: HoursDraft) => void;
}

/** Where a stroke began, and where the hand is now; a quarter from 96 on is past midnight. */
interface Drawing {
  readonly from: Place;
  readonly to: Place;
  readonly isOpen: boolean;
  readonly isByTouch: boolean;
}

interface Place {
  readonly day: number;
  readonly quarter: number;
}

function strokeOf({ from, to, isOpen }: Drawing): Stroke {
  return {
    days: [Math.min(from.day, to.day), Math.max(from.day, to.day)],
    quarters: [Math.min(from.quarter, to.quarter), Math.max(from.quarter, to.quarter)],
    isOpen,
  };
}

export function WeekPainter({ hours, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const { isReadOnly } = useFieldsScope();
  const help = useId();
  const bars = useRef<(HTMLDivElement | null)[]>([]);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const stored = weekOf(hours);
  const week = drawing === null ? stored : painted(stored, strokeOf(drawing));
  const write = (after: Week) =>
    onChange({
      ...hours,
      days: Object.fromEntries(
        DAYS.map((day, place) => [day, textOf(after[place] ?? [])]),
      ) as HoursDraft['days'],
    });
  const placeAt = (event: PointerEvent): Place => {
    const boxes = bars.current.map((bar) => bar?.getBoundingClientRect());
    const below = boxes.findIndex((box) => box !== undefined && event.clientY < box.bottom);
    const day = below === -1 ? DAYS.length - 1 : below;
    const box = boxes[day];
    const share = box === undefined ? 0 : (event.clientX - box.left) / box.width;
    return { day, quarter: Math.max(0, Math.min(FURTHEST, Math.floor(share * QUARTERS))) };
  };
  const begin = (event: PointerEvent) => {
    if (isReadOnly || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const from = placeAt(event);
    const isOpen = !isOpenAt(stored, from.day, from.quarter);
    setDrawing({ from, to: from, isOpen, isByTouch: event.pointerType === 'touch' });
  };
  const go = (event: PointerEvent) => {
    if (drawing === null) return;
    const to = placeAt(event);
    // A finger is too broad to keep to several rows; it paints one day and copies it.
    setDrawing({ ...drawing, to: drawing.isByTouch ? { ...to, day: drawing.from.day } : to });
  };
  const finish = () => {
    if (drawing === null) return;
    setDrawing(null);
    const stroke = strokeOf(drawing);
    const width = stroke.quarters[1] - stroke.quarters[0] + 1;
    if (!drawing.isByTouch || width >= LEAST_BY_TOUCH) write(week);
  };
  return (
    <div className={styles.week}>
      <Caption1 id={help} className={styles.told}>
        {!isReadOnly && t('attendants:paintHelp')}
      </Caption1>
      <Scale />
      <div
        className={styles.week}
        onPointerMove={go}
        onPointerUp={finish}
        onPointerCancel={() => setDrawing(null)}
      >
        {DAYS.map((day, place) => (
          <DayRow
            key={day}
            day={day}
            place={place}
            week={week}
            hours={hours}
            help={help}
            barOf={(element) => {
              bars.current[place] = element;
            }}
            onBegin={begin}
            onPaint={(stroke) => write(painted(stored, stroke))}
            onChange={onChange}
            onLeave={(to) => bars.current[(to + DAYS.length) % DAYS.length]?.focus()}
          />
        ))}
      </div>
      <Text size={200} className={styles.told} aria-hidden>
        {drawing !== null && <Told stroke={strokeOf(drawing)} />}
      </Text>
    </div>
  );
}

/** What is being painted, while it is. */
function Told({ stroke: { days, quarters, isOpen } }: { readonly stroke: Stroke }) {
  const { t } = useTranslation('attendants');
  const [first, last] = days.map((day) => t(`attendants:day.${DAYS[day] ?? 'monday'}`));
  return t(isOpen ? 'attendants:paintingOpen' : 'attendants:paintingClosed', {
    days: first === last ? first : t('attendants:fromTo', { first, last }),
    from: clock(quarters[0] % QUARTERS),
    to: clock(quarters[1] < QUARTERS ? quarters[1] + 1 : (quarters[1] + 1) % QUARTERS),
  });
}

function Scale() {
  const styles = useStyles();
  return (
    <div className={mergeClasses(styles.row, styles.scaleRow)} aria-hidden>
      <span />
      <div className={styles.scale}>
        {[0, 3, 6, 9, 12, 15, 18, 21, 24].map((hour) => (
          <Caption1
            key={hour}
            className={mergeClasses(
              styles.hour,
              hour === 0 && styles.first,
              hour === 24 && styles.last,
              hour % 6 !== 0 && styles.minor,
            )}
            style={{ left: `${(hour / 24) * 100}%` }}
          >
            {hour}
          </Caption1>
        ))}
      </div>
    </div>
  );
}

interface DayProps {
  readonly day: Day;
  readonly place: number;
  readonly week: Week;
  readonly hours: HoursDraft;
  readonly help: string;
  readonly barOf: (element: HTMLDivElement | null) => void;
  readonly onBegin: (event: PointerEvent) => void;
  readonly onPaint: (stroke: Stroke) => void;
  readonly onChange: (hours: HoursDraft) => void;
  /** The keys go to another day, counted on from Sunday to Monday. */
  readonly onLeave: (place: number) => void;
}

function DayRow(props: DayProps) {
  const { day, place, week, hours, onChange } = props;
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const { isReadOnly, problemOf } = useFieldsScope();
  const problem = problemOf(`hours.${day}`);
  const name = t(`attendants:day.${day}`);
  const set = (days: Partial<HoursDraft['days']>) => onChange({ ...hours, days: { ...hours.days, ...days } });
  return (
    <div
      id={anchorOf(`hours.${day}`)}
      className={styles.row}
      data-invalid={problem !== undefined || undefined}
    >
      <Text className={styles.day}>{name}</Text>
      <Bar {...props} name={name} />
      <Field className={styles.text} {...(problem !== undefined && { validationMessage: problem })}>
        <Input
          className={styles.input}
          aria-label={t('attendants:hoursOf', { day: name })}
          autoComplete="off"
          placeholder={t('attendants:closed')}
          readOnly={isReadOnly}
          value={hours.days[day]}
          onChange={(_, { value }) => set({ [day]: value })}
          onBlur={() => problem === undefined && set({ [day]: textOf(week[place] ?? []) })}
        />
      </Field>
      {!isReadOnly && (
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button
              appearance="subtle"
              className={styles.copy}
              icon={<CopyRegular />}
              aria-label={t('attendants:copyOf', { day: name })}
              title={t('attendants:copyOf', { day: name })}
            />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItem onClick={() => set(copied(hours.days[day], WORKDAYS))}>
                {t('attendants:copyToWorkdays')}
              </MenuItem>
              <MenuItem onClick={() => set(copied(hours.days[day], DAYS))}>
                {t('attendants:copyToAll')}
              </MenuItem>
              <MenuDivider />
              {DAYS.filter((each) => each !== day).map((each) => (
                <MenuItem key={each} onClick={() => set({ [each]: hours.days[day] })}>
                  {t('attendants:copyTo', { day: t(`attendants:day.${each}`) })}
                </MenuItem>
              ))}
              <MenuDivider />
              <MenuItem onClick={() => set({ [day]: '' })}>{t('attendants:clear')}</MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
    </div>
  );
}

function copied(text: string, days: readonly Day[]): Partial<HoursDraft['days']> {
  return Object.fromEntries(days.map((day) => [day, text]));
}

interface KeyAct {
  readonly cursor: number;
  /** How many days further the keys go. */
  readonly day: number;
  /** Which quarter is painted; null: to the other of what it is. */
  readonly paints: { readonly quarter: number; readonly isOpen: boolean | null } | null;
}

/** What a key means on a day's bar, with the cursor at a quarter. */
function keyAct({ key, shiftKey, ctrlKey }: KeyboardEvent, at: number): KeyAct | null {
  const to = (quarter: number, paints: KeyAct['paints'] = null): KeyAct => ({
    cursor: Math.max(0, Math.min(QUARTERS - 1, quarter)),
    day: 0,
    paints,
  });
  const step = ctrlKey ? HOUR : 1;
  switch (key) {
    case 'ArrowRight':
      return shiftKey ? to(at + 1, { quarter: at, isOpen: true }) : to(at + step);
    case 'ArrowLeft':
      if (!shiftKey) return to(at - step);
      return at === 0 ? to(at) : to(at - 1, { quarter: at - 1, isOpen: false });
    case 'ArrowDown':
      return { ...to(at), day: 1 };
    case 'ArrowUp':
      return { ...to(at), day: -1 };
    case 'PageDown':
      return to(at + HOUR);
    case 'PageUp':
      return to(at - HOUR);
    case 'Home':
      return to(0);
    case 'End':
      return to(QUARTERS - 1);
    case ' ':
      return to(at, { quarter: at, isOpen: null });
    default:
      return null;
  }
}

/** A day from midnight to midnight. Its keys go through the quarters: to a screen reader it is a slider. */
function Bar({
  name,
  place,
  week,
  help,
  barOf,
  onBegin,
  onPaint,
  onLeave,
}: DayProps & { readonly name: string }) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const { isReadOnly } = useFieldsScope();
  const { announce } = useAnnounce();
  const [cursor, setCursor] = useState(9 * HOUR);
  const [hasFocus, setFocus] = useState(false);
  const stateOf = (isOpen: boolean) => t(isOpen ? 'attendants:isOpen' : 'attendants:isClosed');
  const paint = (quarter: number, isOpen: boolean) => {
    if (isReadOnly) return;
    onPaint({ days: [place, place], quarters: [quarter, quarter], isOpen });
    announce(t('attendants:at', { time: clock(quarter), state: stateOf(isOpen) }));
  };
  const onKey = (event: KeyboardEvent) => {
    const act = keyAct(event, cursor);
    if (act === null) return;
    event.preventDefault();
    if (act.day !== 0) onLeave(place + act.day);
    if (act.paints !== null) paint(act.paints.quarter, act.paints.isOpen ?? !isOpenAt(week, place, cursor));
    setCursor(act.cursor);
  };
  return (
    <div
      ref={barOf}
      role="slider"
      tabIndex={0}
      className={mergeClasses(styles.bar, !isReadOnly && styles.paintable)}
      aria-label={name}
      aria-describedby={help}
      aria-valuemin={0}
      aria-valuemax={QUARTERS - 1}
      aria-valuenow={cursor}
      aria-valuetext={t('attendants:at', {
        time: clock(cursor),
        state: stateOf(isOpenAt(week, place, cursor)),
      })}
      aria-readonly={isReadOnly}
      onPointerDown={onBegin}
      onKeyDown={onKey}
      onFocus={(event) => setFocus(event.currentTarget.matches(':focus-visible'))}
      onBlur={() => setFocus(false)}
    >
      {stretchesOf(week, place).map(({ start, end, isFromBefore }) => (
        <span
          key={`${start} ${end} ${isFromBefore}`}
          className={mergeClasses(styles.stretch, isFromBefore && styles.before)}
          style={{ left: `${(start / QUARTERS) * 100}%`, width: `${((end - start) / QUARTERS) * 100}%` }}
        />
      ))}
      {hasFocus && (
        <span
          className={styles.cursor}
          style={{ left: `${(cursor / QUARTERS) * 100}%`, width: `${100 / QUARTERS}%` }}
        />
      )}
    </div>
  );
}
