/** Why something was refused, where it belongs to no single field. */

import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';
import { inWords } from '~/api/problems';
import { WayElsewhere } from './WayElsewhere';

interface Props {
  readonly error: unknown;
  /** Settings that show what is wrong with them themselves. */
  readonly shown?: readonly string[];
  /** What the page calls a setting, said in front; undefined: nothing is. */
  readonly labelOf?: (field: string) => string | undefined;
}

export function Failure({ error, shown = [], labelOf }: Props) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  const lines =
    error instanceof ApiProblem && error.fields.length > 0
      ? error.besides(shown).map(({ field, allowed }) => {
          const label = labelOf?.(field);
          return label === undefined ? allowed : t('common:about', { label, text: allowed });
        })
      : [inWords(error, t)];
  return [...new Set(lines)].map((line) => (
    <MessageBar key={line} intent="error" role="alert">
      <MessageBarBody>
        {line} <WayElsewhere error={error} />
      </MessageBarBody>
    </MessageBar>
  ));
}
