/** An attendant as its form holds it: from the API's words and back. Nothing in here does I/O. */

import type { TFunction } from 'i18next';
import { missingSound, type SpokenDraft, silence, spokenForm, spokenOf } from '~/admin/audio/spoken';
import { nameProblem } from '~/admin/parts/ranges';
import { TARGET_KINDS, type TargetKind, targetOf, telephone, written } from '~/admin/targets/target';
import type { Schemas } from '~/api/client';
import { MENU_NUMBERS } from '~/api/numbers';
import { DAYS, type Day, spanForm, spansIn, type Week } from './hours';

export type AttendantView = Schemas['AttendantView'];
export type AttendantPatch = Schemas['AttendantPatch'];
type FlowForm = Schemas['FlowForm'];
type MenuForm = Schemas['MenuForm'];
type NoInputForm = Schemas['NoInputForm'];
type KeyForm = Schemas['MenuKeyForm'];

export const MENU_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
export const OPERATOR_KEY = '0';

/** What a key does besides leading somewhere or ending the call. */
const IN_MENU = ['operator', 'directory-by-name', 'directory-by-extension', 'repeat', 'back'] as const;

/** What happens to a caller; `none` is nothing that somebody has chosen. */
export type StepKind = TargetKind | (typeof IN_MENU)[number] | 'disconnect' | 'menu' | 'none';

/** What may happen at each place, in the order in which it is offered. */
export const STEPS = {
  operator: ['none', ...TARGET_KINDS],
  flow: ['menu', ...TARGET_KINDS, 'disconnect'],
  key: [...TARGET_KINDS, ...IN_MENU, 'disconnect'],
  noInput: ['none', ...TARGET_KINDS, 'disconnect'],
} as const satisfies Record<string, readonly StepKind[]>;
export type StepPlace = keyof typeof STEPS;

export interface StepDraft {
  readonly kind: StepKind;
  /** As `Target` has it; empty for what is no target. */
  readonly target: string;
}

export interface KeyDraft extends StepDraft {
  readonly key: string;
  readonly label: string;
}

export interface MenuDraft {
  readonly prompt: SpokenDraft;
  readonly keys: readonly KeyDraft[];
  readonly wait_for_key: number;
  readonly repeats: number;
  readonly noInput: StepDraft;
}

export interface FlowDraft {
  readonly greeting: SpokenDraft;
  readonly step: StepDraft;
  /** Kept while the step is another one, in case somebody changes their mind. */
  readonly menu: MenuDraft;
}

export interface HolidayDraft {
  /** Of the page alone: which row it is. */
  readonly id: number;
  readonly name: string;
  readonly first: string;
  readonly last: string;
  /** null: as after hours. */
  readonly flow: FlowDraft | null;
}

export interface HoursDraft {
  readonly isAlways: boolean;
  /** As they are typed. */
  readonly days: Readonly<Record<Day, string>>;
}

export interface AttendantDraft {
  readonly name: string;
  readonly line_uris: readonly string[];
  readonly domain: string;
  readonly language: 'en' | 'fr';
  /** Empty: the organization's. */
  readonly time_zone: string;
  readonly operator: StepDraft;
  readonly open: FlowDraft;
  readonly after_hours: FlowDraft;
  readonly hours: HoursDraft;
  readonly holidays: readonly HolidayDraft[];
  readonly directory: { readonly groups: readonly string[]; readonly excluded: readonly string[] };
}

/** What belongs to which section of the page, in this order. */
export const SECTION_FIELDS = {
  basics: ['name', 'line_uris', 'domain', 'language', 'time_zone'],
  flows: ['operator', 'open', 'after_hours'],
  'hours-section': ['hours'],
  'holidays-section': ['holidays'],
  'directory-section': ['directory'],
} as const satisfies Record<string, readonly (keyof AttendantDraft)[]>;

const NOTHING: StepDraft = { kind: 'none', target: '' };
export const DISCONNECT: StepDraft = { kind: 'disconnect', target: '' };
const OFFICE_HOURS = '09:00-17:00';
const WORKDAYS: readonly string[] = DAYS.slice(0, 5);

/** The hours that most begin with: they are changed sooner than they are written. */
export const USUAL_DAYS = eachDay((day) => (WORKDAYS.includes(day) ? OFFICE_HOURS : ''));

function eachDay(textOf: (day: Day) => string): Readonly<Record<Day, string>> {
  return Object.fromEntries(DAYS.map((day) => [day, textOf(day)])) as Record<Day, string>;
}

export function newMenu(language: 'en' | 'fr'): MenuDraft {
  return {
    prompt: silence(language),
    keys: [],
    wait_for_key: MENU_NUMBERS.wait_for_key.default,
    repeats: MENU_NUMBERS.repeats.default,
    noInput: NOTHING,
  };
}

export function newFlow(language: 'en' | 'fr', step: StepDraft = DISCONNECT): FlowDraft {
  return { greeting: silence(language), step, menu: newMenu(language) };
}

/** An attendant that is yet to be made: a menu is what people make one for. */
export function newAttendant(domains: readonly string[], language: 'en' | 'fr'): AttendantDraft {
  return {
    name: '',
    line_uris: [],
    domain: domains.length === 1 ? (domains[0] ?? '') : '',
    language,
    time_zone: '',
    operator: NOTHING,
    open: newFlow(language, { kind: 'menu', target: '' }),
    after_hours: newFlow(language),
    hours: { isAlways: true, days: USUAL_DAYS },
    holidays: [],
    directory: { groups: [], excluded: [] },
  };
}

// From the API's words

export function draftOf(attendant: AttendantView, domains: readonly string[]): AttendantDraft {
  const { language, hours } = attendant;
  const flow = (form: FlowForm) => flowOf(form, domains, language);
  return {
    name: attendant.name,
    line_uris: attendant.line_uris,
    domain: attendant.domain ?? '',
    language,
    time_zone: attendant.time_zone ?? '',
    operator: operatorOf(attendant.operator, domains),
    open: flow(attendant.open),
    after_hours: flow(attendant.after_hours),
    hours: {
      isAlways: !hours,
      days: hours ? eachDay((day) => hours[day].join(', ')) : USUAL_DAYS,
    },
    holidays: attendant.holidays.map((holiday, id) => ({
      id,
      name: holiday.name,
      first: holiday.first,
      last: holiday.last ?? holiday.first,
      flow: holiday.flow ? flow(holiday.flow) : null,
    })),
    directory: attendant.directory,
  };
}

export function operatorOf(operator: string | null | undefined, domains: readonly string[]): StepDraft {
  return operator ? targetOf(operator, domains) : NOTHING;
}

export function flowOf(form: FlowForm, domains: readonly string[], language: 'en' | 'fr'): FlowDraft {
  return {
    greeting: spokenOf(form.greeting, language),
    step: stepOf(form, domains),
    menu: form.menu ? menuOf(form.menu, domains, language) : newMenu(language),
  };
}

function menuOf(form: MenuForm, domains: readonly string[], language: 'en' | 'fr'): MenuDraft {
  return {
    prompt: spokenOf(form.prompt, language),
    keys: form.keys.map((key) => ({ ...stepOf(key, domains), key: key.key, label: key.label })),
    wait_for_key: form.wait_for_key ?? MENU_NUMBERS.wait_for_key.default,
    repeats: form.repeats ?? MENU_NUMBERS.repeats.default,
    // The operator is where callers go unless somebody says otherwise.
    noInput: !form.no_input || form.no_input.action === 'operator' ? NOTHING : stepOf(form.no_input, domains),
  };
}

interface ActionForm {
  readonly action: FlowForm['action'] | KeyForm['action'] | NoInputForm['action'];
  readonly target?: string | null;
}

function stepOf({ action, target }: ActionForm, domains: readonly string[]): StepDraft {
  return action === 'forward'
    ? targetOf(target ?? '', domains)
    : { kind: action ?? 'disconnect', target: '' };
}

// And back

export function isTarget(kind: StepKind): kind is TargetKind {
  return TARGET_KINDS.some((each) => each === kind);
}

function stepForm<Action extends string>({
  kind,
  target,
}: StepDraft): {
  action: Action | 'forward';
  target?: string | null;
} {
  return isTarget(kind)
    ? { action: 'forward', target: written({ kind, target }) }
    : { action: kind as string as Action };
}

export function flowForm({ greeting, step, menu }: FlowDraft): FlowForm {
  return {
    greeting: spokenForm(greeting),
    ...stepForm<'menu' | 'disconnect'>(step),
    ...(step.kind === 'menu' && { menu: menuForm(menu) }),
  };
}

function menuForm({ prompt, keys, wait_for_key, repeats, noInput }: MenuDraft): MenuForm {
  return {
    prompt: spokenForm(prompt),
    keys: keys.map(({ key, label, ...step }) => ({
      key,
      label: label.trim(),
      ...stepForm<KeyForm['action']>(step),
    })),
    wait_for_key,
    repeats,
    no_input: noInput.kind === 'none' ? null : stepForm<NoInputForm['action']>(noInput),
  };
}

/** The changes as the API takes them. */
export function patchOf(changes: Partial<AttendantDraft>): AttendantPatch {
  const { operator, open, after_hours, hours, holidays, directory, line_uris, time_zone, ...plain } = changes;
  const patch: AttendantPatch = { ...plain };
  if (line_uris !== undefined) patch.line_uris = line_uris.map(telephone);
  if (time_zone !== undefined) patch.time_zone = time_zone.trim() || null;
  if (operator !== undefined)
    patch.operator = isTarget(operator.kind) ? written({ ...operator, kind: operator.kind }) : null;
  if (open !== undefined) patch.open = flowForm(open);
  if (after_hours !== undefined) patch.after_hours = flowForm(after_hours);
  if (hours !== undefined) patch.hours = hours.isAlways ? null : hoursForm(weekOf(hours));
  if (holidays !== undefined)
    patch.holidays = holidays.map(({ name, first, last, flow }) => ({
      name: name.trim(),
      first,
      last: last || first,
      flow: flow && flowForm(flow),
    }));
  if (directory !== undefined)
    patch.directory = { groups: [...directory.groups], excluded: [...directory.excluded] };
  return patch;
}

/** A whole attendant as the API takes it; what is left empty has its default. */
export function formOf(draft: AttendantDraft): Schemas['AttendantForm'] {
  const settings = Object.entries(patchOf(draft));
  const given = settings.filter(([field, value]) => value !== null && !(field === 'domain' && value === ''));
  return Object.fromEntries(given) as unknown as Schemas['AttendantForm'];
}

/** The hours as spans; a day that cannot be read has none. */
export function weekOf({ days }: HoursDraft): Week {
  return DAYS.map((day) => {
    const spans = spansIn(days[day]);
    return typeof spans === 'string' ? [] : spans;
  });
}

function hoursForm(week: Week): Schemas['HoursForm'] {
  const days = DAYS.map((day, place) => [day, (week[place] ?? []).map(spanForm)]);
  return Object.fromEntries(days) as Schemas['HoursForm'];
}

// What is wrong

type Problems = Record<string, string | undefined>;

/** What is wrong with an attendant as it is typed, by setting. The rest is for the API to say. */
export function problemsIn(draft: AttendantDraft, t: TFunction): Problems {
  const found: Problems = {
    name: nameProblem(draft.name, t) ?? (draft.name.includes('@') ? t('queues:noAt') : undefined),
  };
  if (!draft.hours.isAlways)
    for (const day of DAYS) {
      const spans = spansIn(draft.hours.days[day]);
      if (typeof spans === 'string') found[`hours.${day}`] = t(`attendants:wrongHours.${spans}`);
    }
  draft.holidays.forEach(({ first, last }, place) => {
    if (first !== '' && last !== '' && last < first)
      found[`holidays[${place}].last`] = t('attendants:endsBefore');
  });
  return found;
}

/** What an attendant lacks to be saved, by setting. */
export function missingIn(draft: AttendantDraft, t: TFunction): Problems {
  const found: Problems = {
    name: draft.name === '' ? t('admin:isMissing') : undefined,
    domain: draft.domain === '' ? t('queues:missing.domain') : undefined,
    operator: missingTarget(draft.operator, t),
  };
  for (const [path, flow] of flowsIn(draft)) Object.assign(found, missingInFlow(path, flow, t));
  draft.holidays.forEach(({ name, first }, place) => {
    if (name.trim() === '') found[`holidays[${place}].name`] = t('admin:isMissing');
    if (first === '') found[`holidays[${place}].first`] = t('attendants:missing.day');
  });
  return found;
}

/** Every flow with its path, as the API calls it. */
export function flowsIn(draft: AttendantDraft): readonly (readonly [path: string, flow: FlowDraft])[] {
  return [
    ['open', draft.open],
    ['after_hours', draft.after_hours],
    ...draft.holidays.flatMap(({ flow }, place) =>
      flow === null ? [] : [[`holidays[${place}].flow`, flow] as const],
    ),
  ];
}

function missingInFlow(path: string, { greeting, step, menu }: FlowDraft, t: TFunction): Problems {
  const found: Problems = {
    [`${path}.greeting`]: missingSound(greeting, t),
    [`${path}.target`]: missingTarget(step, t),
  };
  if (step.kind !== 'menu') return found;
  found[`${path}.menu.prompt`] = missingSound(menu.prompt, t);
  found[`${path}.menu.no_input`] = missingTarget(menu.noInput, t);
  menu.keys.forEach((key, place) => {
    const missing = key.kind === 'none' ? t('attendants:missing.step') : missingTarget(key, t);
    found[`${path}.menu.keys[${place}]`] = missing;
  });
  return found;
}

function missingTarget({ kind, target }: StepDraft, t: TFunction): string | undefined {
  return isTarget(kind) && target.trim() === '' ? t(`targets:missing.${kind}`) : undefined;
}
