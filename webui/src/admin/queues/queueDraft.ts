/** A queue as its form holds it: from the API's words and back. Nothing in here does I/O. */

import type { TFunction } from 'i18next';
import {
  missingSound,
  type SpokenDraft,
  type SpokenLanguage,
  silence,
  spokenForm,
  spokenOf,
} from '~/admin/audio/spoken';
import { nameProblem, numberIn, type Range, rangeProblem } from '~/admin/parts/ranges';
import { type TargetKind, targetOf, written } from '~/admin/targets/target';
import type { ApiProblem, FieldProblem, Schemas } from '~/api/client';
import { QUEUE_NUMBERS } from '~/api/numbers';

export type QueueView = Schemas['QueueView'];
export type QueuePatch = Schemas['QueuePatch'];
export type Distribution = Schemas['Distribution'];
export type Alerting = Schemas['CallsAlerting'];
type ExitForm = Schemas['ExitForm'];

export const DISTRIBUTIONS: readonly Distribution[] = ['attendant', 'serial', 'round-robin', 'longest-idle'];
export const ALERTINGS: readonly Alerting[] = ['one', 'parallel'];
export const EXITS = ['overflow', 'timeout', 'no_agents'] as const;
export type ExitName = (typeof EXITS)[number];

/** The settings that are something told to callers: a file or a text. */
export const SPOKEN = [
  'greeting',
  'overflow_prompt',
  'timeout_prompt',
  'no_agents_prompt',
  'disconnect_prompt',
] as const;
export type SpokenName = (typeof SPOKEN)[number];

export const MOST_MESSAGES = 10;

/** One of the messages to waiting callers; it keeps its key wherever it is moved. */
export interface MessageDraft extends SpokenDraft {
  readonly key: string;
}

export interface MusicDraft {
  readonly kind: 'default' | 'file';
  readonly file: string;
}

/**
 * What happens to a caller who leaves the line; `stay` is to leave them in it, `personal` is 2018's way to somebody's
 * voicemail, through the person.
 */
export type ExitKind = 'disconnect' | 'stay' | 'personal' | TargetKind;

export interface ExitDraft {
  readonly kind: ExitKind;
  /** A UPN for `personal`, else as `Target` has it. */
  readonly target: string;
}

/** The settings that are numbers; in a draft an empty one stands for its default. */
export type QueueNumberName = keyof typeof QUEUE_NUMBERS;

export interface QueueDraft
  extends Readonly<Record<QueueNumberName, string>>,
    Readonly<Record<SpokenName, SpokenDraft>> {
  readonly name: string;
  /** As the API has it, `tel:+14255550100`; empty for none. */
  readonly line_uri: string;
  readonly domain: string;
  readonly music: MusicDraft;
  readonly messages: readonly MessageDraft[];
  readonly announce_position: boolean;
  readonly announce_wait: boolean;
  readonly announce_to_agent: boolean;
  readonly language: SpokenLanguage;
  readonly distribution: Distribution;
  readonly alerting: Alerting;
  readonly allow_opt_out: boolean;
  readonly agents: readonly string[];
  readonly groups: readonly string[];
  readonly overflow: ExitDraft;
  readonly timeout: ExitDraft;
  readonly no_agents: ExitDraft;
  readonly no_agents_new_calls_only: boolean;
  readonly presence_based_routing: boolean;
  readonly ring_busy: boolean;
}

/** What belongs to which section of the page, in this order. */
export const SECTION_FIELDS = {
  basics: ['name', 'line_uri', 'domain'],
  'agents-section': ['agents', 'groups'],
  sounds: ['greeting', 'music', 'disconnect_prompt', 'language'],
  waiting: [
    'messages',
    'message_interval',
    'announce_position',
    'announce_wait',
    'announce_interval',
    'announce_to_agent',
  ],
  'distribution-section': ['distribution', 'alerting'],
  ringing: ['allow_opt_out', 'agent_limit', 'agent_alert_time'],
  full: ['max_waiting', 'overflow', 'overflow_prompt'],
  wait: ['max_wait', 'timeout', 'timeout_prompt'],
  nobody: ['no_agents', 'no_agents_prompt', 'no_agents_new_calls_only'],
  more: ['presence_based_routing', 'wrap_up', 'ring_busy'],
} as const satisfies Record<string, readonly (keyof QueueDraft)[]>;

const NUMBERS = Object.keys(QUEUE_NUMBERS) as QueueNumberName[];
const DISCONNECT: ExitDraft = { kind: 'disconnect', target: '' };

function eachNumber<Value>(value: (field: QueueNumberName) => Value): Record<QueueNumberName, Value> {
  return Object.fromEntries(NUMBERS.map((field) => [field, value(field)])) as Record<QueueNumberName, Value>;
}

function eachSpoken<Value>(value: (name: SpokenName) => Value): Record<SpokenName, Value> {
  return Object.fromEntries(SPOKEN.map((name) => [name, value(name)])) as Record<SpokenName, Value>;
}

/** Whether a number is what it is without anybody's doing. */
export function isUsual(field: QueueNumberName, draft: QueueDraft): boolean {
  return draft[field].trim() === '' || numberIn(draft[field]) === QUEUE_NUMBERS[field].default;
}

/** A queue that is yet to be made; with several domains its own is still to be chosen. */
export function newQueue(domains: readonly string[]): QueueDraft {
  return {
    name: '',
    line_uri: '',
    domain: domains.length === 1 ? (domains[0] ?? '') : '',
    ...eachSpoken(() => silence()),
    music: { kind: 'default', file: '' },
    messages: [],
    announce_position: false,
    announce_wait: false,
    announce_to_agent: false,
    language: 'en',
    distribution: 'attendant',
    alerting: 'one',
    allow_opt_out: true,
    agents: [],
    groups: [],
    ...eachNumber(() => ''),
    overflow: DISCONNECT,
    timeout: DISCONNECT,
    no_agents: { kind: 'stay', target: '' },
    no_agents_new_calls_only: false,
    presence_based_routing: false,
    ring_busy: false,
  };
}

export function draftOf(queue: QueueView, domains: readonly string[]): QueueDraft {
  return {
    name: queue.name,
    line_uri: queue.line_uri ?? '',
    domain: queue.domain ?? '',
    ...eachSpoken((name) => spokenOf(queue[name])),
    music: queue.music ? { kind: 'file', file: queue.music.file } : { kind: 'default', file: '' },
    messages: queue.messages.map((message, place) => ({ ...spokenOf(message), key: String(place) })),
    announce_position: queue.announce_position,
    announce_wait: queue.announce_wait,
    announce_to_agent: queue.announce_to_agent,
    language: queue.language,
    distribution: queue.distribution,
    alerting: queue.alerting ?? defaultAlerting(queue.distribution),
    allow_opt_out: queue.allow_opt_out,
    agents: queue.agents,
    groups: queue.groups,
    ...eachNumber((field) => String(queue[field])),
    overflow: exitOf(queue.overflow, domains),
    timeout: exitOf(queue.timeout, domains),
    no_agents: exitOf(queue.no_agents, domains),
    no_agents_new_calls_only: queue.no_agents_new_calls_only,
    presence_based_routing: queue.presence_based_routing ?? false,
    ring_busy: queue.ring_busy,
  };
}

/** The messages with one more, a text that is yet to be written. */
export function withMessage(draft: QueueDraft): readonly MessageDraft[] {
  const key = String(1 + Math.max(-1, ...draft.messages.map((message) => Number(message.key))));
  return [...draft.messages, { ...silence(draft.language), kind: 'speech', key }];
}

export function exitOf({ action, target }: ExitForm, domains: readonly string[]): ExitDraft {
  const to = target ?? '';
  if (action === 'queue') return { kind: 'stay', target: '' };
  if (action === 'disconnect') return DISCONNECT;
  if (action === 'voicemail') return { kind: 'personal', target: to.replace(/^sip:/i, '') };
  return targetOf(to, domains);
}

function exitForm({ kind, target }: ExitDraft): ExitForm {
  switch (kind) {
    case 'disconnect':
      return { action: 'disconnect' };
    case 'stay':
      return { action: 'queue' };
    case 'personal':
      return { action: 'voicemail', target: target && `sip:${target}` };
    default:
      return { action: 'forward', target: written({ kind, target }) };
  }
}

/** Only round robin and longest idle have several calls alert at once unless somebody says otherwise. */
export function defaultAlerting(distribution: Distribution): Alerting {
  return distribution === 'round-robin' || distribution === 'longest-idle' ? 'parallel' : 'one';
}

/** Another distribution method brings its own defaults along, where nobody had chosen otherwise. */
export function withDistribution(draft: QueueDraft, distribution: Distribution): Partial<QueueDraft> {
  const isDefault = draft.alerting === defaultAlerting(draft.distribution);
  const wasForced = draft.distribution === 'longest-idle';
  return {
    distribution,
    alerting: isDefault ? defaultAlerting(distribution) : draft.alerting,
    presence_based_routing: distribution === 'longest-idle' || (!wasForced && draft.presence_based_routing),
  };
}

/** The changes as the API takes them; an empty number is null, which stands for the default. */
export function patchOf(changes: Partial<QueueDraft>, draft: QueueDraft): QueuePatch {
  // The API gives a new distribution method its defaults back, unless it is told what they are to be.
  const whole: Partial<QueueDraft> =
    changes.distribution === undefined
      ? changes
      : {
          ...changes,
          alerting: draft.alerting,
          presence_based_routing: draft.presence_based_routing,
        };
  const { music, messages, line_uri, agents, groups, overflow, timeout, no_agents, ...plain } = whole;
  const sent = Object.entries(plain).map(([field, value]) => {
    if (isSpoken(field)) return [field, spokenForm(value as SpokenDraft)];
    return [field, field in QUEUE_NUMBERS ? numberIn(String(value)) : value];
  });
  const patch: QueuePatch = Object.fromEntries(sent);
  if (music !== undefined) patch.music = music.kind === 'file' ? { file: music.file } : null;
  if (messages !== undefined) patch.messages = messages.map(spokenForm).filter((message) => message !== null);
  if (line_uri !== undefined) patch.line_uri = line_uri || null;
  if (agents !== undefined) patch.agents = [...agents];
  if (groups !== undefined) patch.groups = [...groups];
  if (overflow !== undefined) patch.overflow = exitForm(overflow);
  if (timeout !== undefined) patch.timeout = exitForm(timeout);
  if (no_agents !== undefined) patch.no_agents = exitForm(no_agents);
  return patch;
}

/** A whole queue as the API takes it; what is left empty has its default. */
export function formOf(draft: QueueDraft): Schemas['QueueForm'] {
  const settings = Object.entries(patchOf(draft, draft));
  const given = settings.filter(([field, value]) => value !== null && !(field === 'domain' && value === ''));
  return Object.fromEntries(given) as unknown as Schemas['QueueForm'];
}

function isSpoken(field: string): field is SpokenName {
  return SPOKEN.some((name) => name === field);
}

/** What a number may be in this organization, whose limits may have one of the same name. */
export function rangeOf(field: QueueNumberName, limits: Schemas['LimitsForm']): Range {
  return { ...QUEUE_NUMBERS[field], ...(field in limits && { high: limits[field as keyof typeof limits] }) };
}

/** What is wrong with a queue as it is typed, by setting. The rest is for the API to say. */
export function problemsIn(
  draft: QueueDraft,
  limits: Schemas['LimitsForm'],
  t: TFunction,
): Record<string, string | undefined> {
  return {
    ...eachNumber((field) => rangeProblem(draft[field], rangeOf(field, limits), t)),
    name: nameProblem(draft.name, t) ?? (draft.name.includes('@') ? t('queues:noAt') : undefined),
  };
}

/** What a queue lacks to be saved, by setting. */
export function missingIn(draft: QueueDraft, t: TFunction): Record<string, string | undefined> {
  const { name, music } = draft;
  const exits = EXITS.map((exit) => [exit, missingTarget(draft[exit], t)] as const);
  return {
    name: name === '' ? t('admin:isMissing') : undefined,
    domain: draft.domain === '' ? t('queues:missing.domain') : undefined,
    ...eachSpoken((spoken) => missingSound(draft[spoken], t)),
    ...Object.fromEntries(draft.messages.map((each, place) => [`messages[${place}]`, missingSound(each, t)])),
    music: music.kind === 'file' && music.file === '' ? t('queues:missing.file') : undefined,
    ...Object.fromEntries(exits),
  };
}

function missingTarget({ kind, target }: ExitDraft, t: TFunction): string | undefined {
  if (kind === 'disconnect' || kind === 'stay' || target.trim() !== '') return undefined;
  return t(`targets:missing.${kind === 'personal' ? 'person' : kind}`);
}

/** What is wrong elsewhere because of this queue: a loop is told at the first forward of it, wherever that is. */
export function elsewhere(problem: ApiProblem): readonly FieldProblem[] {
  return problem.fields.filter(({ field }) => /^(queues|users|attendants)\[\d+\]/.test(field));
}

/** Which exits may have made a loop: those that changed and lead somewhere. */
export function changedForwards(changed: readonly string[], draft: QueueDraft): readonly ExitName[] {
  return EXITS.filter((exit) => changed.includes(exit) && draft[exit].target !== '');
}
