/** After a change of settings everything that shows settings asks again: much depends on much. */

import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

const SETTINGS = new Set([
  'queues',
  'users',
  'groups',
  'numbers',
  'policies',
  'audio',
  'attendants',
  'organization',
  'licences',
  'trunks',
  'phones',
  'domains',
  'accounts',
  'organizations',
  'check',
  'session', // which has the time zone
]);

export function useSettingsChanged(): () => void {
  const client = useQueryClient();
  return useCallback(() => {
    void client.invalidateQueries({ predicate: ({ queryKey: [area] }) => SETTINGS.has(String(area)) });
  }, [client]);
}
