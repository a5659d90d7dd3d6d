/** Why somebody was rung for a call, or was not, in words. */

import {
  Card,
  Field,
  makeStyles,
  Select,
  Spinner,
  Subtitle2,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';
import { Failure } from '~/parts/Failure';
import { byName } from './timeline';

const useStyles = makeStyles({
  card: { maxWidth: '720px' },
  picker: { maxWidth: '360px' },
  answer: { overflowWrap: 'anywhere', paddingTop: tokens.spacingVerticalXS },
});

interface Props {
  readonly callId: string;
  readonly queue: string;
  /** Those in the timeline; the other agents of the queue can be asked about as well. */
  readonly agents: ReadonlyMap<string, string>;
  readonly chosen: string;
}

export function WhyNot({ callId, queue, agents, chosen }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const [asked, setAsked] = useState('');
  const agent = asked || chosen;
  const others = useQuery({
    queryKey: ['queues', queue, 'agents'],
    queryFn: async () => {
      const params = { path: { key: queue } };
      const found = await bodyOf(api.GET('/api/v1/queues/{key}/agents', { params }));
      return [...found.agents, ...found.left_out].map(
        ({ upn, display_name }) => [upn, display_name] as const,
      );
    },
    retry: false,
  });
  const all = byName(new Map([...(others.data ?? []), ...agents]));
  const answer = useQuery({
    queryKey: ['why', callId, agent],
    queryFn: () => {
      const params = { path: { call_id: callId }, query: { agent } };
      return bodyOf(api.GET('/api/v1/calls/{call_id}/decisions', { params }));
    },
    enabled: agent !== '',
  });
  return (
    <Card className={styles.card}>
      <Subtitle2 as="h2">{t('history:why.title')}</Subtitle2>
      <Field label={t('history:agent')} className={styles.picker}>
        <Select value={agent} onChange={(_, { value }) => setAsked(value)}>
          <option value="">{t('history:why.choose')}</option>
          {[...all].map(([upn, name]) => (
            <option key={upn} value={upn}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <div role="status" className={styles.answer}>
        {answer.isLoading && <Spinner size="tiny" label={t('common:loading')} />}
        {answer.data !== undefined && agent !== '' && <Text>{answer.data.answer}</Text>}
      </div>
      <Failure error={answer.error} />
    </Card>
  );
}
