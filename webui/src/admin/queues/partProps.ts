/** What every part of a queue's form gets. */

import type { Editing } from '~/admin/parts/editing';
import type { Schemas } from '~/api/client';
import type { QueueDraft } from './queueDraft';

export interface PartProps {
  readonly editing: Editing<QueueDraft>;
  readonly organization: Schemas['OrganizationView'];
}
