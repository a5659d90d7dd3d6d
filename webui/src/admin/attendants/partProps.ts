/** What every part of an attendant's form gets. */

import type { Editing } from '~/admin/parts/editing';
import type { AttendantDraft } from './attendantDraft';

export interface PartProps {
  readonly editing: Editing<AttendantDraft>;
  readonly domains: readonly string[];
  /** The attendant's id, for what must not lead back to it; empty while it is yet to be made. */
  readonly id: string;
}
