/** A user as their form holds them. Nothing in here does I/O. */

import { numberIn } from '~/admin/parts/ranges';
import { type AlsoRung, alsoRingOf, alsoRungOf } from '~/agent/rule';
import type { Schemas } from '~/api/client';
import { USER_NUMBERS } from '~/api/numbers';
import { localPartOf } from '~/setup/steps';

export type UserView = Schemas['UserView'];
export type UserForm = Schemas['UserForm'];
export type UserPatch = Schemas['UserPatch'];
export type Licence = Schemas['Licence'];

export const LICENCES = ['E3', 'E5', 'PhoneSystem', 'CallingPlan', 'AudioConferencing'] as const;
export const HOMES = ['online', 'hybrid', 'lync-2010'] as const;

export interface UserDraft {
  readonly upn: string;
  readonly display_name: string;
  readonly is_active: boolean;
  readonly licences: readonly Licence[];
  readonly voice_enabled: boolean;
  readonly homed: Schemas['Home'];
  /** `+digits`; empty: none. */
  readonly line_uri: string;
  /** Up to six digits; empty: none. */
  readonly extension: string;
  /** A new one; empty: as before. */
  readonly sip_password: string;
  /** One in each line. */
  readonly contacts: string;
  readonly voicemail: string;
  readonly forward_to: string;
  readonly when_busy: string;
  readonly when_no_answer: string;
  readonly when_not_reachable: string;
  /** Empty: the default. */
  readonly ring_time: string;
  readonly also_ring: readonly AlsoRung[];
  readonly hides_number: boolean;
  /** Empty: that of a group, or Global. */
  readonly caller_id_policy: string;
  /** Empty: by the way a phone comes. */
  readonly encryption: Schemas['Encryption'] | '';
  /** Empty: as the organization says. */
  readonly may_dial: Schemas['MayDial'] | '';
}

/** What brings calls along, where nobody counts licences. */
const FOR_CALLS: Licence = 'E5';
const OF_CALLS: readonly Licence[] = ['E5', 'PhoneSystem', 'CallingPlan'];

/** Whether licences and voice let somebody take calls. */
export function takesCalls({ licences, voice_enabled, homed }: UserDraft): boolean {
  const isLicensed = licences.includes('E5') || licences.includes('PhoneSystem');
  return isLicensed && (voice_enabled || licences.includes('CallingPlan')) && homed !== 'lync-2010';
}

/** What makes somebody take calls, or stops it: nothing more than that takes. */
export function withCalls(draft: UserDraft, isOn: boolean): Partial<UserDraft> {
  if (!isOn) return { licences: draft.licences.filter((each) => !OF_CALLS.includes(each)) };
  const isLicensed = draft.licences.includes('E5') || draft.licences.includes('PhoneSystem');
  return {
    licences: isLicensed ? draft.licences : withLicence(draft.licences, FOR_CALLS, true),
    voice_enabled: true,
    homed: draft.homed === 'lync-2010' ? 'online' : draft.homed,
  };
}

/** Whether the organization counts its licences: then each is somebody's business. */
export function countsLicences(
  organization: Pick<Schemas['OrganizationView'], 'licence_pools' | 'service_number_table'>,
): boolean {
  const { licence_pools, service_number_table } = organization;
  return Object.values(licence_pools).some((size) => size !== null) || service_number_table.length > 0;
}

/** A user to be made, with what they need besides: an account to sign in with, and their queues. */
export interface NewUserDraft extends UserDraft {
  readonly may_sign_in: boolean;
  readonly password: string;
  /** By name. */
  readonly queues: readonly string[];
}

/** The user's own part. */
export function userPart({ may_sign_in, password, queues, ...user }: NewUserDraft): UserDraft {
  return user;
}

/** Another name to show proposes a name to sign in with, as long as nobody has typed one. */
export function named(draft: UserDraft, display_name: string): Partial<UserDraft> {
  const { name, domain } = partsOf(draft.upn);
  const isProposed = name === localPartOf(draft.display_name);
  return { display_name, ...(isProposed && { upn: `${localPartOf(display_name)}@${domain}` }) };
}

/** A new user of a domain can be called as soon as there is a licence for it. */
export function newUser(domain: string): UserDraft {
  return {
    upn: `@${domain}`,
    display_name: '',
    is_active: true,
    licences: [],
    voice_enabled: true,
    homed: 'online',
    line_uri: '',
    extension: '',
    sip_password: '',
    contacts: '',
    voicemail: '',
    forward_to: '',
    when_busy: '',
    when_no_answer: '',
    when_not_reachable: '',
    ring_time: '',
    also_ring: [],
    hides_number: false,
    caller_id_policy: '',
    encryption: '',
    may_dial: '',
  };
}

export function draftOf(user: UserView): UserDraft {
  return {
    upn: user.upn,
    display_name: user.display_name,
    is_active: user.is_active,
    licences: user.licences,
    voice_enabled: user.voice_enabled,
    homed: user.homed,
    line_uri: user.line_uri?.replace(/^tel:/, '') ?? '',
    extension: user.extension ?? '',
    sip_password: '',
    contacts: user.contacts.join('\n'),
    voicemail: user.voicemail ?? '',
    forward_to: user.forward_to ?? '',
    when_busy: user.when_busy ?? '',
    when_no_answer: user.when_no_answer ?? '',
    when_not_reachable: user.when_not_reachable ?? '',
    ring_time: user.ring_time === USER_NUMBERS.ring_time.default ? '' : String(user.ring_time),
    also_ring: alsoRungOf(user.also_ring),
    hides_number: user.hides_number,
    caller_id_policy: user.caller_id_policy ?? '',
    encryption: user.encryption ?? '',
    may_dial: user.may_dial ?? '',
  };
}

const MAY_BE_NONE = [
  'extension',
  'voicemail',
  'forward_to',
  'when_busy',
  'when_no_answer',
  'when_not_reachable',
  'caller_id_policy',
] as const;

/** What is sent of the settings that changed; a password that is not typed is not mentioned. */
export function patchOf(changes: Partial<UserDraft>): UserPatch {
  const { contacts, line_uri, sip_password, licences, ring_time, also_ring, encryption, may_dial, ...patch } =
    changes;
  const sent: UserPatch = { ...patch };
  for (const name of MAY_BE_NONE) if (patch[name] === '') sent[name] = null;
  if (encryption !== undefined) sent.encryption = encryption || null;
  if (may_dial !== undefined) sent.may_dial = may_dial || null;
  if (licences !== undefined) sent.licences = [...licences];
  if (ring_time !== undefined) sent.ring_time = numberIn(ring_time) ?? USER_NUMBERS.ring_time.default;
  if (also_ring !== undefined) sent.also_ring = alsoRingOf(also_ring);
  if (contacts !== undefined) sent.contacts = linesOf(contacts);
  if (line_uri !== undefined) sent.line_uri = line_uri === '' ? null : `tel:${line_uri}`;
  if (sip_password) sent.sip_password = sip_password;
  return sent;
}

export function formOf(draft: UserDraft): UserForm {
  return patchOf(draft) as UserForm;
}

/** The lines of a text that have something in them. */
export function linesOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The two parts of `amal@contoso.com`. */
export function partsOf(upn: string): { readonly name: string; readonly domain: string } {
  const at = upn.lastIndexOf('@');
  return at === -1 ? { name: upn, domain: '' } : { name: upn.slice(0, at), domain: upn.slice(at + 1) };
}

/** A licence more or less, in the order in which they are offered. */
export function withLicence(licences: readonly Licence[], licence: Licence, isGiven: boolean): Licence[] {
  return LICENCES.filter((each) => (each === licence ? isGiven : licences.includes(each)));
}
