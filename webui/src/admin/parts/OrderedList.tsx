/** A list whose order means something: by dragging, or with the arrow keys on a handle, or with buttons. */

import { Button, makeStyles, mergeClasses, Text, tokens, useAnnounce } from '@fluentui/react-components';
import {
  ArrowDownRegular,
  ArrowUpRegular,
  DismissRegular,
  ReOrderDotsVerticalRegular,
} from '@fluentui/react-icons';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFieldsScope } from './fields';
import { moved, placeAt } from './order';

const MOST_SHOWN = 100;

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  row: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalXS}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  dragged: { backgroundColor: tokens.colorNeutralBackground1Selected, boxShadow: tokens.shadow8 },
  handle: { cursor: 'grab', touchAction: 'none' },
  place: { minWidth: '2ch', textAlign: 'end', color: tokens.colorNeutralForeground2 },
  content: { flexGrow: 1, minWidth: 0, overflowWrap: 'anywhere' },
  actions: { display: 'flex', flexShrink: 0 },
});

interface Props<T> {
  readonly items: readonly T[];
  readonly onChange: (items: T[]) => void;
  readonly keyOf: (item: T) => string;
  /** What people call it. */
  readonly nameOf: (item: T) => string;
  readonly label: string;
  readonly row: (item: T) => ReactNode;
  /** What the first place is called; further ones count on. */
  readonly first?: number;
}

export function OrderedList<T>({ items, onChange, keyOf, nameOf, label, row, first = 1 }: Props<T>) {
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const { announce } = useAnnounce();
  const { isReadOnly } = useFieldsScope();
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? items : items.slice(0, MOST_SHOWN);

  const move = (from: number, to: number) => {
    const item = items[from];
    if (item === undefined || to === from || to < 0 || to >= items.length) return;
    onChange(moved(items, from, to));
    announce(t('admin:movedTo', { name: nameOf(item), place: to + first, count: items.length + first - 1 }));
  };
  const remove = (item: T) => {
    onChange(items.filter((each) => each !== item));
    announce(t('admin:takenOut', { name: nameOf(item) }));
  };
  const onKey = (event: KeyboardEvent, place: number) => {
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(place, to);
  };
  const drag = (event: PointerEvent) => {
    const place = items.findIndex((item) => keyOf(item) === dragged);
    if (place === -1 || list.current === null) return;
    const places = [...list.current.children].map((child) => child.getBoundingClientRect());
    move(place, placeAt(event.clientY, places));
  };
  return (
    <>
      <ol
        className={styles.list}
        aria-label={label}
        ref={list}
        onPointerMove={drag}
        onLostPointerCapture={() => setDragged(null)}
      >
        {shown.map((item, place) => {
          const key = keyOf(item);
          return (
            <li key={key} className={mergeClasses(styles.row, dragged === key && styles.dragged)}>
              {!isReadOnly && (
                <Button
                  appearance="transparent"
                  size="small"
                  className={styles.handle}
                  icon={<ReOrderDotsVerticalRegular />}
                  aria-label={t('admin:moveByArrows', { name: nameOf(item) })}
                  onKeyDown={(event) => onKey(event, place)}
                  onPointerDown={(event) => {
                    // The list stays where it is: rows are taken out and put in again as they move.
                    list.current?.setPointerCapture(event.pointerId);
                    setDragged(key);
                  }}
                />
              )}
              <Text size={200} className={styles.place} aria-hidden>
                {place + first}
              </Text>
              <div className={styles.content}>{row(item)}</div>
              {!isReadOnly && (
                <div className={styles.actions}>
                  <Button
                    appearance="subtle"
                    size="small"
                    icon={<ArrowUpRegular />}
                    aria-label={t('admin:moveUp', { name: nameOf(item) })}
                    disabledFocusable={place === 0}
                    onClick={() => move(place, place - 1)}
                  />
                  <Button
                    appearance="subtle"
                    size="small"
                    icon={<ArrowDownRegular />}
                    aria-label={t('admin:moveDown', { name: nameOf(item) })}
                    disabledFocusable={place === items.length - 1}
                    onClick={() => move(place, place + 1)}
                  />
                  <Button
                    appearance="subtle"
                    size="small"
                    icon={<DismissRegular />}
                    aria-label={t('admin:takeOut', { name: nameOf(item) })}
                    onClick={() => remove(item)}
                  />
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {shown.length < items.length && (
        <Button onClick={() => setWhole(true)}>{t('admin:showAll', { count: items.length })}</Button>
      )}
    </>
  );
}
