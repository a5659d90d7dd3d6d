/** What the organization may use of the server, and how much of it is in use. */

import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Fields, NumberSetting, useFieldsScope } from '~/admin/parts/fields';
import { Section } from '~/admin/parts/Section';
import { api, bodyOf, type Schemas } from '~/api/client';
import { QUOTA_NUMBERS } from '~/api/numbers';
import { useMay } from '~/api/session';
import { QUOTA, type QuotaDraft } from './organizationDraft';

const ASKED_EVERY_MS = 10_000;

interface Props {
  readonly value: QuotaDraft;
  readonly onChange: (value: QuotaDraft) => void;
  /** As it is in force. */
  readonly stored: Schemas['QuotaForm'];
}

export function QuotaSection({ value, onChange, stored }: Props) {
  const { t } = useTranslation(['settings', 'admin']);
  const scope = useFieldsScope();
  const isHost = useMay('organizations');
  const usage = useQuery({
    queryKey: ['quota-usage'],
    queryFn: () => bodyOf(api.GET('/api/v1/quota-usage')),
    refetchInterval: ASKED_EVERY_MS,
    retry: false, // a server that does not answer is told above every page
  }).data;
  const inUse = usage && { max_calls: usage.calls, max_registrations: usage.registrations };
  const about = t('settings:quotaAbout');
  return (
    <Section
      title={t('settings:settings.quota')}
      about={isHost ? about : `${about} ${t('settings:quotaIsTheHosts')}`}
    >
      {QUOTA.filter((name) => usage && usage.refused[name] > 0).map((name) => (
        <MessageBar key={name} intent="warning" layout="multiline">
          <MessageBarBody>
            {t(`settings:refusedLately.${name}`, {
              count: usage?.refused[name] ?? 0,
              now: inUse?.[name === 'max_registrations' ? name : 'max_calls'] ?? 0,
              limit: stored[name],
            })}
          </MessageBarBody>
        </MessageBar>
      ))}
      <Fields scope={{ ...scope, isReadOnly: scope.isReadOnly || !isHost }}>
        {QUOTA.map((name) => (
          <NumberSetting
            key={name}
            name={`quota.${name}`}
            label={t(`settings:quota.${name}`)}
            hint={
              inUse && name !== 'max_calls_per_second' ? t('settings:inUse', { now: inUse[name] }) : undefined
            }
            placeholder={String(QUOTA_NUMBERS[name].default)}
            unit={t(`admin:unit.${QUOTA_NUMBERS[name].unit}`)}
            value={value[name]}
            onChange={(part) => onChange({ ...value, [name]: part })}
          />
        ))}
      </Fields>
    </Section>
  );
}
