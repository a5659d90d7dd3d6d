/** The settings of the organization as their forms hold them. Nothing in here does I/O. */

import { numberIn } from '~/admin/parts/ranges';
import type { Schemas } from '~/api/client';
import { DIALLING_NUMBERS, LIMIT_NUMBERS, ORGANIZATION_NUMBERS, QUOTA_NUMBERS } from '~/api/numbers';

export type OrganizationView = Schemas['OrganizationView'];
export type OrganizationPatch = Schemas['OrganizationFieldsPatch'];
export type Licence = Schemas['Licence'];
export type MayDial = Schemas['MayDial'];

/** How far people may call, each with the ones before it. */
export const MAY_DIAL = [
  'internal',
  'national',
  'international',
  'premium',
] as const satisfies readonly MayDial[];

/** What people dial, in the order of the page. */
export const STAR_CODES = [
  'opt_out',
  'opt_in',
  'forward_all',
  'forward_all_off',
  'forward_busy',
  'forward_busy_off',
  'forward_no_answer',
  'forward_no_answer_off',
  'hide_number',
] as const;
export type StarCodes = Readonly<Record<(typeof STAR_CODES)[number], string>>;

/** What the organization may use of the server, in the order of the page. */
export const QUOTA = ['max_calls', 'max_calls_per_second', 'max_registrations'] as const;
export type QuotaDraft = Readonly<Record<(typeof QUOTA)[number], string>>;

function quotaOf<T>(partOf: (name: keyof QuotaDraft) => T): Record<keyof QuotaDraft, T> {
  return Object.fromEntries(QUOTA.map((name) => [name, partOf(name)])) as Record<keyof QuotaDraft, T>;
}

function codesOf<T>(codeOf: (name: keyof StarCodes) => T): Record<keyof StarCodes, T> {
  return Object.fromEntries(STAR_CODES.map((name) => [name, codeOf(name)])) as Record<keyof StarCodes, T>;
}

/** Numbers are text until they are sent: empty stands for the default. */
export interface OrganizationDraft {
  readonly organization: string;
  readonly limits: { readonly max_waiting: string; readonly agent_limit: string };
  readonly quota: QuotaDraft;
  /** Empty: switched off. */
  readonly star_codes: StarCodes;
  readonly communication_credits: boolean;
  readonly propagation_delay: boolean;
  /** Empty: that of the server. */
  readonly time_zone: string;
  readonly queue_name_in_identity: boolean;
  readonly phones_fetch_settings: boolean;
  readonly history_days: string;
  readonly dialling: {
    /** Empty: those of its numbers. */
    readonly country: string;
    readonly may_dial: MayDial;
    readonly international_calls_a_day: string;
    readonly international_minutes_a_day: string;
  };
}

export function draftOf(view: OrganizationView): OrganizationDraft {
  const { organization, limits, star_codes, communication_credits, propagation_delay, time_zone } = view;
  const { queue_name_in_identity, phones_fetch_settings, history_days, dialling, quota } = view;
  return {
    organization,
    limits: { max_waiting: String(limits.max_waiting), agent_limit: String(limits.agent_limit) },
    quota: quotaOf((name) => String(quota[name])),
    star_codes: codesOf((name) => star_codes[name] ?? ''),
    communication_credits,
    propagation_delay,
    time_zone: time_zone ?? '',
    queue_name_in_identity,
    phones_fetch_settings,
    history_days: String(history_days),
    dialling: {
      country: dialling.country ?? '',
      may_dial: dialling.may_dial,
      international_calls_a_day: String(dialling.international_calls_a_day),
      international_minutes_a_day: String(dialling.international_minutes_a_day),
    },
  };
}

/** What is sent of the settings that changed. */
export function patchOf(changes: Partial<OrganizationDraft>): OrganizationPatch {
  const { limits, quota, star_codes, time_zone, history_days, dialling, ...plain } = changes;
  return {
    ...plain,
    ...(time_zone !== undefined && { time_zone: time_zone.trim() || null }),
    ...(history_days !== undefined && {
      history_days: numberIn(history_days) ?? ORGANIZATION_NUMBERS.history_days.default,
    }),
    ...(limits !== undefined && {
      limits: {
        max_waiting: numberIn(limits.max_waiting) ?? LIMIT_NUMBERS.max_waiting.default,
        agent_limit: numberIn(limits.agent_limit) ?? LIMIT_NUMBERS.agent_limit.default,
      },
    }),
    ...(quota !== undefined && {
      quota: quotaOf((name) => numberIn(quota[name]) ?? QUOTA_NUMBERS[name].default),
    }),
    ...(dialling !== undefined && {
      dialling: {
        country: dialling.country.trim().toUpperCase() || null,
        may_dial: dialling.may_dial,
        international_calls_a_day:
          numberIn(dialling.international_calls_a_day) ?? DIALLING_NUMBERS.international_calls_a_day.default,
        international_minutes_a_day:
          numberIn(dialling.international_minutes_a_day) ??
          DIALLING_NUMBERS.international_minutes_a_day.default,
      },
    }),
    ...(star_codes !== undefined && {
      star_codes: codesOf((name) => star_codes[name].trim() || null),
    }),
  };
}

export interface Step {
  readonly phone_system_licences: string;
  readonly service_numbers: string;
}

export interface QueueStep {
  readonly phone_system_licences: string;
  readonly conferencing_licences: string;
  readonly queues: string;
}

export interface LicencesDraft {
  /** How many there are of each; empty: no bound. */
  readonly licence_pools: Readonly<Record<string, string>>;
  /** How many service numbers so many Phone System licences allow; without any steps: any number. */
  readonly service_number_table: readonly Step[];
  /** How many queues licences of both kinds allow; without any steps: any number. */
  readonly queue_table: readonly QueueStep[];
  /** Whether there are queues only with the licences of 2018. */
  readonly queues_need_licences: boolean;
}

export const NEW_STEP: Step = { phone_system_licences: '', service_numbers: '' };
export const NEW_QUEUE_STEP: QueueStep = { phone_system_licences: '', conferencing_licences: '', queues: '' };

export function licencesDraftOf(view: OrganizationView): LicencesDraft {
  const { licence_pools, service_number_table, queue_table, queues_need_licences } = view;
  return {
    queues_need_licences,
    queue_table: queue_table.map((step) => ({
      phone_system_licences: String(step.phone_system_licences),
      conferencing_licences: String(step.conferencing_licences),
      queues: String(step.queues),
    })),
    licence_pools: Object.fromEntries(
      Object.entries(licence_pools).map(([licence, size]) => [licence, String(size)]),
    ),
    service_number_table: service_number_table.map((step) => ({
      phone_system_licences: String(step.phone_system_licences),
      service_numbers: String(step.service_numbers),
    })),
  };
}

export function licencesPatchOf(draft: LicencesDraft): OrganizationPatch {
  const { licence_pools, service_number_table, queue_table, queues_need_licences } = draft;
  const pools = Object.entries(licence_pools).map(([licence, size]) => [licence, numberIn(size)] as const);
  return {
    queues_need_licences,
    queue_table: queue_table.map((step) => ({
      phone_system_licences: numberIn(step.phone_system_licences) ?? 0,
      conferencing_licences: numberIn(step.conferencing_licences) ?? 0,
      queues: numberIn(step.queues) ?? 0,
    })),
    licence_pools: Object.fromEntries(
      pools.filter((pool): pool is readonly [string, number] => pool[1] !== null),
    ),
    service_number_table: service_number_table.map((step) => ({
      phone_system_licences: numberIn(step.phone_system_licences) ?? 0,
      service_numbers: numberIn(step.service_numbers) ?? 0,
    })),
  };
}
