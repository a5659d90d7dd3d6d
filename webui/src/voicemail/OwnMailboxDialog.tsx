/** How my own mailbox is set. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf, upload } from '~/api/client';
import { type MailboxAccess, MailboxDialog } from './MailboxDialog';
import type { Settings } from './mailbox';

const KEY = ['me', 'mailbox'];

const OWN: MailboxAccess = {
  change: (body) => bodyOf(api.PATCH('/api/v1/me/voicemail/settings', { body })),
  setPin: (pin) => bodyOf(api.PUT('/api/v1/me/voicemail/pin', { body: { pin } })),
  sendGreeting: (file) => {
    const form = new FormData();
    form.append('file', file);
    return upload<Settings>('/me/voicemail/greeting', form, {}, 'PUT');
  },
  dropGreeting: () => bodyOf(api.DELETE('/api/v1/me/voicemail/greeting')),
  greetingPath: '/me/voicemail/greeting',
};

export default function OwnMailboxDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('messages');
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => bodyOf(api.GET('/api/v1/me/voicemail/settings')),
  });
  if (data === undefined) return null;
  return (
    <MailboxDialog
      title={t('messages:ownSettings')}
      settings={data}
      access={OWN}
      isAdmins={false}
      onChanged={(settings) => client.setQueryData(KEY, settings)}
      onClose={onClose}
    />
  );
}
