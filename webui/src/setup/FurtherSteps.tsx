/** Steps three to five, for whoever is signed in: the first user, the first queue, the first call. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '~/api/client';
import { Loaded } from '~/parts/Loaded';
import { CallStep } from './CallStep';
import { Frame } from './Frame';
import { type MadeQueue, QueueStep } from './QueueStep';
import { firstOpen, type Progress, type Step } from './steps';
import { type MadeUser, UserStep } from './UserStep';

const KEY = ['first-run'];

export function FurtherSteps() {
  const progress = useQuery({ queryKey: KEY, queryFn: read });
  return <Loaded query={progress}>{(found) => <Steps progress={found} />}</Loaded>;
}

function Steps({ progress }: { readonly progress: Progress }) {
  const client = useQueryClient();
  const [step, setStep] = useState<Step>(() => firstOpen(progress));
  // Passwords are nowhere but here: they are gone when the page is left.
  const [user, setUser] = useState<MadeUser | null>(null);
  const [queue, setQueue] = useState<MadeQueue | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: KEY });
  return (
    <Frame step={step} progress={progress} onStep={setStep}>
      {step === 'user' && (
        <UserStep
          made={user}
          hasOthers={progress.hasUser}
          onMade={(made) => {
            setUser(made);
            refresh();
          }}
          onNext={() => setStep('queue')}
        />
      )}
      {step === 'queue' && (
        <QueueStep
          made={queue}
          hasOthers={progress.hasQueue}
          onMade={(made) => {
            setQueue(made);
            refresh();
          }}
          onNext={() => setStep('call')}
        />
      )}
      {step === 'call' && <CallStep user={user} onSeen={refresh} />}
    </Frame>
  );
}

async function read(): Promise<Progress> {
  const one = { params: { query: { limit: 1 } } };
  const [users, queues, calls] = await Promise.all([
    bodyOf(api.GET('/api/v1/users', one)),
    bodyOf(api.GET('/api/v1/queues', one)),
    bodyOf(api.GET('/api/v1/calls', one)),
  ]);
  return { isSetUp: true, hasUser: users.total > 0, hasQueue: queues.total > 0, hasCall: calls.total > 0 };
}
