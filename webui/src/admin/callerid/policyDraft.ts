/** A caller-ID policy as its form holds it. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';

export type PolicyView = Schemas['PolicyView'];
export type PolicyForm = Schemas['PolicyForm'];
export type Substitute = Schemas['Substitute'];

/** The policy of whoever was granted no other: always there. */
export const GLOBAL = 'Global';

export interface PolicyDraft {
  readonly name: string;
  readonly substitute: Substitute;
  /** Empty: none. */
  readonly service_number: string;
  readonly enable_user_override: boolean;
  readonly block_incoming_pstn_caller_id: boolean;
  readonly company_name: string;
  readonly description: string;
}

export const NEW_POLICY: PolicyDraft = {
  name: '',
  substitute: 'line-uri',
  service_number: '',
  enable_user_override: false,
  block_incoming_pstn_caller_id: false,
  company_name: '',
  description: '',
};

export function draftOf(policy: PolicyView): PolicyDraft {
  return { ...policy, service_number: policy.service_number ?? '' };
}

/** A number counts with the substitute that shows it, and only then. */
export function formOf(draft: PolicyDraft): PolicyForm {
  return { ...draft, service_number: draft.substitute === 'service' ? draft.service_number || null : null };
}
