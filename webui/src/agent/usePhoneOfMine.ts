/** The phone of whoever is signed in: begun with their first look at the agent's page, ended with the session. */

import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSession } from '~/api/session';
import { phone } from '~/phone/phone';
import { fetchPhoneCredentials } from './requests';

export function usePhoneOfMine(): void {
  const { user } = useSession();
  const client = useQueryClient();
  useEffect(() => {
    if (user === null || !phone.start({ user, fetchCredentials: fetchPhoneCredentials })) return;
    // It outlives this page of the pages, so it does not end with it.
    const forget = client.getQueryCache().subscribe(() => {
      if (client.getQueryData(['session']) !== null) return;
      forget();
      phone.stop();
    });
  }, [user, client]);
}
