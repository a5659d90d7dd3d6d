/** Which alarms are new. Nothing in here does I/O. */

import type { Alarm } from './board';

type Alarms = ReadonlyMap<string, readonly Alarm[]>;

/** The alarms that there were not before, by queue. */
export function newAlarms(before: Alarms, now: Alarms): { queue: string; alarm: Alarm }[] {
  return [...now].flatMap(([queue, alarms]) =>
    alarms.filter((alarm) => !before.get(queue)?.includes(alarm)).map((alarm) => ({ queue, alarm })),
  );
}
