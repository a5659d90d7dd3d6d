/** Why something was refused, where it belongs to no single field. */

import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';
import { inWords } from '~/api/problems';

interface Props {
  readonly error: unknown;
  /** Settings that show what is wrong with them themselves. */
  readonly shown?: readonly string[];
}

export function Failure({ error, shown = [] }: Props) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  const lines =
    error instanceof ApiProblem && error.fields.length > 0
      ? error.besides(shown).map((each) => (each.field ? `${each.field}: ${each.allowed}` : each.allowed))
      : [inWords(error, t)];
  return lines.map((line) => (
    <MessageBar key={line} intent="error" role="alert">
      <MessageBarBody>{line}</MessageBarBody>
    </MessageBar>
  ));
}
