/** Step four: a queue with a number, and with everybody who can take calls as its agents. */

import { Button } from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem, api, bodyOf, type Schemas } from '~/api/client';
import { DoneNote } from './DoneNote';
import { StepForm } from './StepForm';
import { TextField } from './TextField';

const MOST_AGENTS = 50;

export interface MadeQueue {
  readonly id: string;
  readonly name: string;
  readonly number: string;
  readonly agents: readonly string[];
}

interface Props {
  readonly made: MadeQueue | null;
  readonly hasOthers: boolean;
  readonly onMade: (made: MadeQueue | null) => void;
  readonly onNext: () => void;
}

export function QueueStep(props: Props) {
  return props.made === null ? <QueueForm {...props} /> : <Made {...props} made={props.made} />;
}

function QueueForm({ hasOthers, onMade, onNext }: Props) {
  const { t } = useTranslation('setup');
  const [form, setForm] = useState({ name: '', number: '' });
  const agents = useCapableUsers();
  const make = useMutation({
    mutationFn: () => addQueue(form.name.trim(), form.number.replace(/[\s().-]/g, ''), agents ?? []),
    onSuccess: onMade,
  });
  const problem = make.error instanceof ApiProblem ? make.error : null;
  return (
    <StepForm
      title={t('setup:queue.title')}
      why={t(hasOthers ? 'setup:queue.another' : 'setup:queue.why')}
      action={t('setup:queue.action')}
      isBusy={make.isPending || agents === undefined}
      error={make.error}
      shown={['name', 'number', 'line_uri']}
      onSubmit={() => make.mutate()}
      besides={
        <Button disabled={make.isPending} onClick={onNext}>
          {t(hasOthers ? 'setup:next' : 'setup:skip')}
        </Button>
      }
    >
      <TextField
        isFirst
        label={t('setup:queue.name')}
        hint={t('setup:queue.nameHint')}
        value={form.name}
        problem={problem?.of('name')}
        onChange={(name) => setForm({ ...form, name })}
      />
      <TextField
        type="tel"
        label={t('setup:queue.number')}
        hint={t('setup:queue.numberHint')}
        value={form.number}
        problem={problem?.of('number') ?? problem?.of('line_uri')}
        onChange={(number) => setForm({ ...form, number })}
      />
    </StepForm>
  );
}

function Made({ made, onMade, onNext }: Props & { readonly made: MadeQueue }) {
  const { t } = useTranslation('setup');
  const undo = useMutation({
    mutationFn: async () => {
      await api.DELETE('/api/v1/queues/{key}', { params: { path: { key: made.id } } });
      await removeNumber(made.number);
    },
    onSuccess: () => onMade(null),
  });
  const agents = made.agents.join(', ');
  return (
    <DoneNote
      title={t('setup:queue.doneTitle', { name: made.name })}
      undo={t('setup:undo')}
      isBusy={undo.isPending}
      error={undo.error}
      onUndo={() => undo.mutate()}
      onNext={onNext}
    >
      {t(made.agents.length > 0 ? 'setup:queue.done' : 'setup:queue.doneWithoutAgents', {
        name: made.name,
        number: made.number,
        agents,
      })}
    </DoneNote>
  );
}

/** Who may be an agent, by UPN; undefined until it is known. */
function useCapableUsers(): readonly string[] | undefined {
  const { data } = useQuery({
    queryKey: ['users', 'capable'],
    queryFn: async () => {
      const params = { query: { limit: MOST_AGENTS } };
      const { items } = await bodyOf(api.GET('/api/v1/users', { params }));
      return items.filter((user) => user.missing_for_calls.length === 0).map(({ upn }) => upn);
    },
    staleTime: 0,
  });
  return data;
}

/** Makes the number and the queue, or neither. */
async function addQueue(name: string, number: string, agents: readonly string[]): Promise<MadeQueue> {
  await api.POST('/api/v1/numbers', { body: { number, kind: 'service-toll', state: 'active' } });
  try {
    // The types want what has a default, too.
    const body = { name, line_uri: `tel:${number}`, agents: [...agents] } as Schemas['QueueForm'];
    const { id } = await bodyOf(api.POST('/api/v1/queues', { body }));
    return { id, name, number, agents };
  } catch (error) {
    await removeNumber(number);
    throw error;
  }
}

async function removeNumber(number: string): Promise<void> {
  await api.DELETE('/api/v1/numbers/{key}', { params: { path: { key: number } } });
}
