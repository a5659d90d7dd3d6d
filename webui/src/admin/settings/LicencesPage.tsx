/** How many licences of each kind there are, and how many service numbers and queues they allow. */

import {
  makeStyles,
  ProgressBar,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { EditFrame } from '~/admin/parts/EditFrame';
import { type Base, type Editing, useEditing } from '~/admin/parts/editing';
import { SwitchSetting } from '~/admin/parts/fields';
import { useStoredOrganization } from '~/admin/parts/organization';
import { numberIn } from '~/admin/parts/ranges';
import { Section } from '~/admin/parts/Section';
import { ifMatch, type Stored, storedOf } from '~/admin/parts/stored';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import {
  type LicencesDraft,
  licencesDraftOf,
  licencesPatchOf,
  NEW_QUEUE_STEP,
  NEW_STEP,
  type OrganizationView,
} from './organizationDraft';
import { CellInput, StepTable } from './StepTable';

type Licences = Schemas['Licences'];

const useStyles = makeStyles({
  wide: { overflowX: 'auto' },
  bar: { minWidth: '80px' },
  // One word may be wider than its column on a telephone.
  name: { overflowWrap: 'anywhere', hyphens: 'auto' },
});

export function LicencesPage() {
  const organization = useStoredOrganization();
  const licences = useQuery({ queryKey: ['licences'], queryFn: () => bodyOf(api.GET('/api/v1/licences')) });
  return (
    <Loaded query={organization}>
      {(stored) => (
        <Loaded query={licences}>
          {(known) => (
            <LicencesForm stored={stored} licences={known} onReload={() => void organization.refetch()} />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

interface FormProps {
  readonly stored: Stored<OrganizationView>;
  readonly licences: Licences;
  readonly onReload: () => void;
}

function LicencesForm({ stored, licences, onReload }: FormProps) {
  const { t } = useTranslation('settings');
  const isReadOnly = !useMay('change-settings');
  const base = useMemo<Base<LicencesDraft>>(
    () => ({ draft: licencesDraftOf(stored.item), etag: stored.etag }),
    [stored],
  );
  const editing = useEditing<LicencesDraft>({
    stored: base,
    check: (draft) => problemsOf(draft, licences, t),
    save: async (_, draft, etag) => {
      const params = { header: ifMatch(etag) };
      const patch = api.PATCH('/api/v1/organization', { params, body: licencesPatchOf(draft) });
      const after = await storedOf(patch);
      return { draft: licencesDraftOf(after.item), etag: after.etag };
    },
  });
  return (
    <EditFrame
      editing={editing}
      labelOf={(field) => t(`settings:settings.${field}`)}
      isReadOnly={isReadOnly}
      onReload={onReload}
    >
      <Pools editing={editing} licences={licences} />
      <Allowances editing={editing} licences={licences} />
      <QueueAllowances editing={editing} />
    </EditFrame>
  );
}

function problemsOf(draft: LicencesDraft, licences: Licences, t: TFunction) {
  const problems: Record<string, string> = {};
  for (const { licence, assigned } of licences.items) {
    const size = numberIn(draft.licence_pools[licence] ?? '');
    if (size !== null && !(size >= assigned))
      problems[`licence_pools.${licence}`] = t('settings:poolTooSmall', { count: assigned });
  }
  for (const table of ['service_number_table', 'queue_table'] as const)
    draft[table].forEach((step, place) => {
      for (const [field, typed] of Object.entries(step)) {
        const value = numberIn(typed);
        if (value === null || !(value >= 0))
          problems[`${table}[${place}].${field}`] = t('settings:notNegative');
      }
    });
  return problems;
}

interface PartProps {
  readonly editing: Editing<LicencesDraft>;
  readonly licences: Licences;
}

function Pools({ editing: { draft, set }, licences }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation(['settings', 'users']);
  const setSize = (licence: string, size: string) => {
    const { [licence]: _, ...others } = draft.licence_pools;
    set({ licence_pools: size === '' ? others : { ...draft.licence_pools, [licence]: size } });
  };
  return (
    <Section title={t('settings:pools')} about={t('settings:poolsAbout')}>
      <div className={styles.wide}>
        <Table aria-label={t('settings:pools')}>
          <TableHeader>
            <TableRow>
              <TableHeaderCell>{t('settings:licence')}</TableHeaderCell>
              <TableHeaderCell>{t('settings:assigned')}</TableHeaderCell>
              <TableHeaderCell>{t('settings:poolSize')}</TableHeaderCell>
            </TableRow>
          </TableHeader>
          <TableBody>
            {licences.items.map(({ licence, assigned, size }) => (
              <TableRow key={licence}>
                <TableCell className={styles.name}>{t(`users:licence.${licence}`)}</TableCell>
                <TableCell>
                  <div className={styles.bar}>
                    {size === null ? assigned : t('settings:usedOf', { used: assigned, size })}
                    {size !== null && size > 0 && (
                      <ProgressBar
                        value={assigned / size}
                        color={assigned >= size ? 'warning' : 'brand'}
                        aria-label={t('settings:usedOf', { used: assigned, size })}
                      />
                    )}
                  </div>
                </TableCell>
                <TableCell>
                  <CellInput
                    field={`licence_pools.${licence}`}
                    label={t('settings:poolOf', { licence: t(`users:licence.${licence}`) })}
                    placeholder={t('settings:noBound')}
                    value={draft.licence_pools[licence] ?? ''}
                    onType={(typed) => setSize(licence, typed)}
                  />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
    </Section>
  );
}

/** So many licences allow so many service numbers. */
function Allowances({ editing: { draft, set }, licences: { service_numbers } }: PartProps) {
  const { t } = useTranslation('settings');
  return (
    <Section title={t('settings:settings.service_number_table')} about={t('settings:tableAbout')}>
      <Text>
        {service_numbers.allowed === null
          ? t('settings:numbersHeld', { count: service_numbers.used })
          : t('settings:numbersHeldOf', {
              count: service_numbers.used,
              allowed: service_numbers.allowed,
              licences: service_numbers.phone_system_licences,
            })}
      </Text>
      <StepTable
        name="service_number_table"
        columns={[
          { field: 'phone_system_licences', title: t('settings:fromLicences') },
          { field: 'service_numbers', title: t('settings:allowedNumbers') },
        ]}
        labelOf={(field, place) => t(`settings:stepLabel.${field}`, { place })}
        addLabel={t('settings:addStep')}
        removeLabelOf={(place) => t('settings:removeStep', { place })}
        steps={draft.service_number_table}
        newStep={NEW_STEP}
        onChange={(service_number_table) => set({ service_number_table })}
      />
    </Section>
  );
}

/** So many licences of two kinds allow so many queues, and without some there are none. */
function QueueAllowances({ editing: { draft, set } }: Pick<PartProps, 'editing'>) {
  const { t } = useTranslation('settings');
  return (
    <Section title={t('settings:settings.queue_table')} about={t('settings:queueTableAbout')}>
      <SwitchSetting
        name="queues_need_licences"
        label={t('settings:settings.queues_need_licences')}
        hint={t('settings:hint.queues_need_licences')}
        isOn={draft.queues_need_licences}
        onChange={(queues_need_licences) => set({ queues_need_licences })}
      />
      <StepTable
        name="queue_table"
        columns={[
          { field: 'phone_system_licences', title: t('settings:fromTelephony') },
          { field: 'conferencing_licences', title: t('settings:fromConferencing') },
          { field: 'queues', title: t('settings:allowedQueues') },
        ]}
        labelOf={(field, place) => t(`settings:queueStepLabel.${field}`, { place })}
        addLabel={t('settings:addQueueStep')}
        removeLabelOf={(place) => t('settings:removeQueueStep', { place })}
        steps={draft.queue_table}
        newStep={NEW_QUEUE_STEP}
        onChange={(queue_table) => set({ queue_table })}
      />
    </Section>
  );
}
