/** A group as its form holds it. Nothing in here does I/O. */

import { numberIn } from '~/admin/parts/ranges';
import type { Schemas } from '~/api/client';

export type GroupView = Schemas['GroupView'];
export type GroupForm = Schemas['GroupForm'];

export const KINDS = ['security-group', 'distribution-list', 'office365-group'] as const;

export interface GroupDraft {
  readonly name: string;
  readonly kind: Schemas['GroupKind'];
  /** Empty: none. */
  readonly mail: string;
  /** UPNs, and names of other groups. */
  readonly members: readonly string[];
  /** Empty: none. */
  readonly caller_id_policy: string;
  readonly caller_id_rank: string;
}

export const NEW_GROUP: GroupDraft = {
  name: '',
  kind: 'security-group',
  mail: '',
  members: [],
  caller_id_policy: '',
  caller_id_rank: '',
};

export function draftOf({
  name,
  kind,
  mail,
  members,
  caller_id_policy,
  caller_id_rank,
}: GroupView): GroupDraft {
  return {
    name,
    kind,
    mail: mail ?? '',
    members,
    caller_id_policy: caller_id_policy ?? '',
    caller_id_rank: caller_id_rank == null ? '' : String(caller_id_rank),
  };
}

/** A rank counts with a policy, and only then. */
export function formOf(draft: GroupDraft): GroupForm {
  const hasPolicy = draft.caller_id_policy !== '';
  return {
    name: draft.name,
    kind: draft.kind,
    mail: draft.mail.trim() || null,
    members: [...draft.members],
    caller_id_policy: hasPolicy ? draft.caller_id_policy : null,
    caller_id_rank: hasPolicy ? numberIn(draft.caller_id_rank) : null,
  };
}

/** Whether a member is a person; the others are groups. */
export function isPerson(member: string): boolean {
  return member.includes('@');
}
