import { expect, test } from 'vitest';
import {
  draftOf,
  licencesDraftOf,
  licencesPatchOf,
  NEW_STEP,
  type OrganizationView,
  patchOf,
} from './organizationDraft';

const CODES = {
  opt_out: '*45',
  opt_in: null,
  forward_all: '*72',
  forward_all_off: '*73',
  forward_busy: '*90',
  forward_busy_off: '*91',
  forward_no_answer: '*92',
  forward_no_answer_off: '*93',
  hide_number: null,
};

const CONTOSO: OrganizationView = {
  id: 'o1',
  organization: 'Contoso',
  domains: ['contoso.com'],
  limits: { max_waiting: 100, agent_limit: 50 },
  quota: { max_calls: 30, max_calls_per_second: 5, max_registrations: 0 },
  communication_credits: true,
  propagation_delay: false,
  time_zone: null,
  queue_name_in_identity: true,
  dialling: {
    country: 'US',
    may_dial: 'international',
    international_calls_a_day: 7,
    international_minutes_a_day: 8,
  },
  star_codes: CODES,
  licence_pools: { E5: 20 },
  service_number_table: [{ phone_system_licences: 0, service_numbers: 5 }],
  queue_table: [{ phone_system_licences: 1, conferencing_licences: 2, queues: 3 }],
  queues_need_licences: false,
  phones_fetch_settings: false,
  history_days: 90,
  shard: 'main',
  pages: null,
};

test('what is stored, sent whole, is what was stored', () => {
  const {
    id,
    shard,
    pages,
    domains,
    licence_pools,
    service_number_table,
    queue_table,
    queues_need_licences,
    ...once
  } = CONTOSO;
  expect(patchOf(draftOf(CONTOSO))).toEqual(once);
  expect(licencesPatchOf(licencesDraftOf(CONTOSO))).toEqual({
    licence_pools,
    service_number_table,
    queue_table,
    queues_need_licences,
  });
});

test('only what changed is sent', () => {
  expect(patchOf({ organization: 'Fabrikam' })).toEqual({ organization: 'Fabrikam' });
});

test('an empty limit is the default, an empty star code is off', () => {
  const { limits, star_codes } = patchOf({
    limits: { max_waiting: '', agent_limit: '7' },
    star_codes: { ...draftOf(CONTOSO).star_codes, opt_out: ' ', opt_in: '*46' },
  });
  expect(limits).toEqual({ max_waiting: 200, agent_limit: 7 });
  expect(star_codes).toEqual({ ...CODES, opt_out: null, opt_in: '*46' });
});

test('an empty number of days is as the server says', () => {
  expect(patchOf({ history_days: '' })).toEqual({ history_days: 0 });
});

test('an empty part of the quota is no limit', () => {
  const quota = { ...draftOf(CONTOSO).quota, max_calls: ' ', max_registrations: '40' };
  expect(patchOf({ quota }).quota).toEqual({
    max_calls: 0,
    max_calls_per_second: 5,
    max_registrations: 40,
  });
});

test('an empty country is nobody’s, and an empty ceiling the default', () => {
  const draft = { ...draftOf(CONTOSO).dialling, country: ' ', international_calls_a_day: '' };
  expect(patchOf({ dialling: draft }).dialling).toEqual({
    country: null,
    may_dial: 'international',
    international_calls_a_day: 20,
    international_minutes_a_day: 8,
  });
  expect(patchOf({ dialling: { ...draft, country: 'fr' } }).dialling?.country).toBe('FR');
});

test('a pool without a size is none, and an empty step is nothing', () => {
  const { licence_pools, service_number_table } = licencesPatchOf({
    licence_pools: { E5: '', E3: '4' },
    service_number_table: [NEW_STEP],
    queue_table: [],
    queues_need_licences: false,
  });
  expect(licence_pools).toEqual({ E3: 4 });
  expect(service_number_table).toEqual([{ phone_system_licences: 0, service_numbers: 0 }]);
});
