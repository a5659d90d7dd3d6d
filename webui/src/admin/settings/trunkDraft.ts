/** A trunk as it is typed: lists as lines, numbers as text. Nothing in here does I/O. */

import { numberIn } from '~/admin/parts/ranges';
import { linesOf } from '~/admin/users/userDraft';
import type { Schemas } from '~/api/client';
import { TRUNK_NUMBERS } from '~/api/numbers';

export type Trunk = Schemas['TrunkView'];
export type TrunkBody = Schemas['TrunkForm'];

export interface TrunkDraft {
  readonly name: string;
  readonly is_enabled: boolean;
  readonly addresses: string;
  readonly hosts: string;
  readonly transport: Trunk['transport'];
  readonly encryption: Trunk['encryption'];
  readonly options_interval: string;
  readonly username: string;
  /** Empty: as it was. */
  readonly password: string;
  readonly registers: boolean;
  readonly registers_all_numbers: boolean;
  readonly most_calls: string;
  readonly most_calls_per_second: string;
  readonly numbers: string;
  readonly prefixes_in: string;
  readonly prefixes_out: string;
  readonly foreign_numbers: boolean;
  readonly is_trusted: boolean;
}

const NUMBERS = ['options_interval', 'most_calls', 'most_calls_per_second'] as const;
const LISTS = ['addresses', 'hosts', 'numbers', 'prefixes_in', 'prefixes_out'] as const;

export function draftOfTrunk(trunk: Trunk | null): TrunkDraft {
  const lines = (name: (typeof LISTS)[number]) => (trunk?.[name] ?? []).join('\n');
  const number = (name: (typeof NUMBERS)[number]) => String(trunk?.[name] ?? TRUNK_NUMBERS[name].default);
  return {
    name: trunk?.name ?? '',
    is_enabled: trunk?.is_enabled ?? true,
    addresses: lines('addresses'),
    hosts: lines('hosts'),
    transport: trunk?.transport ?? 'udp',
    encryption: trunk?.encryption ?? 'never',
    options_interval: number('options_interval'),
    username: trunk?.username ?? '',
    password: '',
    registers: trunk?.registers ?? false,
    registers_all_numbers: trunk?.registers_all_numbers ?? false,
    most_calls: number('most_calls'),
    most_calls_per_second: number('most_calls_per_second'),
    numbers: lines('numbers'),
    prefixes_in: lines('prefixes_in'),
    prefixes_out: lines('prefixes_out'),
    foreign_numbers: trunk?.foreign_numbers ?? false,
    is_trusted: trunk?.is_trusted ?? false,
  };
}

export const TRUNK_FIELDS = Object.keys(draftOfTrunk(null));

/** What is sent: a password only when one was typed, or when there is nobody left whose it could be. */
export function bodyOfTrunk(draft: TrunkDraft): TrunkBody {
  const { password, username, ...rest } = draft;
  const number = (name: (typeof NUMBERS)[number]) => numberIn(draft[name]) ?? TRUNK_NUMBERS[name].default;
  const sent = {
    ...rest,
    name: draft.name.trim(),
    username: username.trim() === '' ? null : username.trim(),
    addresses: linesOf(draft.addresses),
    hosts: linesOf(draft.hosts),
    numbers: linesOf(draft.numbers),
    prefixes_in: linesOf(draft.prefixes_in),
    prefixes_out: linesOf(draft.prefixes_out),
    options_interval: number('options_interval'),
    most_calls: number('most_calls'),
    most_calls_per_second: number('most_calls_per_second'),
  };
  if (password !== '') return { ...sent, password };
  return sent.username === null ? { ...sent, password: null } : sent;
}
