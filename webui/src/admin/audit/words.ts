/** What changed, from what to what, as the pages call it. Nothing in here does I/O. */

import type { TFunction } from 'i18next';
import type { Exists } from '~/admin/parts/settingNames';

/** Where the words for a setting's values are. */
const VALUES: Readonly<Record<string, string>> = {
  distribution: 'queues:method',
  alerting: 'queues:alerting',
  homed: 'users:home',
  encryption: 'users:encryption',
  'group kind': 'groups:kinds',
  'number kind': 'admin:numberKind',
  substitute: 'callerid:substitutes',
  role: 'accounts:roles',
  presence: 'agent:me.presenceOf',
};

/** Settings whose values are what somebody wrote, and no words of ours. */
const WRITTEN = ['name', 'display_name', 'description', 'company_name', 'upn', 'key'];

/** What was noted besides: of an agent's opting out, the queue. */
export function noteName(note: string, t: TFunction): string {
  const queue = /^queue (.+)$/.exec(note);
  return queue === null ? note : t('audit:ofQueue', { queue: queue[1] });
}

/** A value as its own page shows it. */
export function valueName(what: string, field: string, value: string, t: TFunction, exists: Exists): string {
  if (WRITTEN.includes(field)) return value;
  const area = VALUES[field] ?? VALUES[`${what} ${field}`];
  for (const key of [`${area}.${value}`, `audit:values.${value}`]) if (exists(key)) return t(key);
  const to = /^(forward|voicemail) to (.+)$/.exec(value);
  if (to !== null)
    return t(`audit:exits.${to[1] === 'forward' ? 'forward' : 'voicemail'}`, { target: to[2] });
  if (field === 'service_number_table')
    return inside(value).replaceAll(/(\d+) from (\d+) licences/g, (_, numbers, licences) =>
      t('audit:values.allowance', { numbers, licences }),
    );
  if (field === 'queue_table')
    return inside(value).replaceAll(
      /(\d+) from (\d+) and (\d+) licences/g,
      (_, queues, licences, conferencing) =>
        t('audit:values.queueAllowance', { queues, licences, conferencing }),
    );
  if (field === 'limits' || field === 'quota' || field === 'star_codes')
    return value
      .split(', ')
      .map((each) => each.split(' '))
      .map(([name = '', ...rest]) => `${t(`audit:parts.${name}`)} ${rest.join(' ')}`)
      .join(', ');
  return inside(value) || t('audit:nothing');
}

/** A list without its brackets. */
function inside(value: string): string {
  return value.replace(/^\[(.*)\]$/, '$1');
}
