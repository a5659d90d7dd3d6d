/** The mailbox of a person, a group or a queue on the page of whom it belongs to. */

import { Body1, Button, MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '~/admin/parts/Section';
import { ApiProblem, api, bodyOf, upload } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { lazily } from '~/parts/lazily';
import type { MailboxAccess } from './MailboxDialog';
import { greetingOf, type Settings } from './mailbox';
import { useUnsentMail } from './unsentMail';

const MailboxDialog = lazily(() =>
  import('./MailboxDialog').then(({ MailboxDialog: dialog }) => ({ default: dialog })),
);

const useStyles = makeStyles({
  facts: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL },
});

/** The requests of an admin about one box. */
function accessTo(box: string): MailboxAccess {
  const params = { path: { box } };
  const greetingPath = `/mailboxes/${encodeURIComponent(box)}/greeting`;
  return {
    greetingPath,
    change: (body) => bodyOf(api.PATCH('/api/v1/mailboxes/{box}', { params, body })),
    setPin: (pin) => bodyOf(api.PUT('/api/v1/mailboxes/{box}/pin', { params, body: { pin } })),
    sendGreeting: (file) => {
      const form = new FormData();
      form.append('file', file);
      return upload<Settings>(greetingPath, form, {}, 'PUT');
    },
    dropGreeting: () => bodyOf(api.DELETE('/api/v1/mailboxes/{box}/greeting', { params })),
  };
}

interface Props {
  /** The id of whom it belongs to. */
  readonly box: string;
  /** Their name. */
  readonly name: string;
}

export function MailboxSection({ box, name }: Props) {
  const { t } = useTranslation('messages');
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const mayChange = useMay('change-settings');
  const key = ['mailboxes', 'one', box];
  const query = useQuery({
    queryKey: key,
    queryFn: () => bodyOf(api.GET('/api/v1/mailboxes/{box}', { params: { path: { box } } })),
  });
  // Who may not be called has no box, and an owner of queues has no business with one.
  if (query.error instanceof ApiProblem && [403, 404].includes(query.error.status)) return null;
  return (
    <Section title={t('messages:mailbox')} about={t('messages:mailboxAbout')} name="mailbox">
      <Loaded query={query}>
        {(settings) => (
          <>
            <Facts settings={settings} />
            <Unsent box={box} />
            {mayChange && (
              <div>
                <Button onClick={() => setOpen(true)}>{t('messages:change')}</Button>
              </div>
            )}
            <Suspense>
              {isOpen && (
                <MailboxDialog
                  title={t('messages:mailboxOf', { name })}
                  settings={settings}
                  access={accessTo(box)}
                  isAdmins
                  onChanged={(after) => client.setQueryData(key, after)}
                  onClose={() => setOpen(false)}
                />
              )}
            </Suspense>
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Facts({ settings }: { readonly settings: Settings }) {
  const styles = useStyles();
  const { t } = useTranslation('messages');
  if (!settings.is_on) return <Body1>{t('messages:isOff')}</Body1>;
  const { longest, kept_days, quota, mail, operator } = settings;
  const lines = [
    `${t('messages:greeting')} – ${t(`messages:greetings.${greetingOf(settings)}`)}`,
    t('messages:limits', { longest, quota }),
    t('messages:kept_days', { count: kept_days }),
    mail === null ? t('messages:noMail') : t('messages:mailTo', { mail }),
    ...(operator === null ? [] : [t('messages:keyLeads', { operator })]),
    t(settings.has_pin ? 'messages:pinSet' : 'messages:pinNotSet'),
  ];
  return (
    <ul className={styles.facts}>
      {lines.map((line) => (
        <li key={line}>
          <Body1>{line}</Body1>
        </li>
      ))}
    </ul>
  );
}

function Unsent({ box }: Pick<Props, 'box'>) {
  const { t } = useTranslation('messages');
  const found = useUnsentMail().data?.find(({ box_id }) => box_id === box);
  if (found === undefined) return null;
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        {t('messages:unsent', { count: found.unsent_mails, why: found.mail_error })}
      </MessageBarBody>
    </MessageBar>
  );
}
