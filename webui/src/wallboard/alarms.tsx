/** Alarms that have just begun: said to screen readers, and by a sound where that is wanted. */

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useServerNow } from '~/live/live';
import { useHiddenStyles } from '~/parts/hidden';
import { type Alarm, alarmsOf, type QueueOnBoard } from './board';
import { chime } from './chime';
import { newAlarms } from './newAlarms';
import type { Preferences } from './preferences';

interface Props {
  readonly boards: readonly QueueOnBoard[];
  readonly preferences: Preferences;
}

export function AlarmTeller({ boards, preferences }: Props) {
  const hidden = useHiddenStyles();
  const { t } = useTranslation('wallboard');
  const [told, setTold] = useState('');
  const before = useRef<ReadonlyMap<string, readonly Alarm[]>>(new Map());
  const now = useServerNow();
  const alarms = new Map(boards.map((board) => [board.queue.name, alarmsOf(board, preferences, now)]));
  const { hasSound } = preferences;
  useEffect(() => {
    const news = newAlarms(before.current, alarms);
    before.current = alarms;
    if (news.length === 0) return;
    setTold(news.map(({ queue, alarm }) => `${queue}: ${t(`wallboard:alarm.${alarm}`)}`).join('. '));
    if (hasSound) void chime();
  });
  return (
    <div className={hidden.hidden} role="status">
      {told}
    </div>
  );
}
