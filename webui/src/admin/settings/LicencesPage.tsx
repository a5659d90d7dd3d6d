/** How many licences of each kind there are, and how many service numbers they allow. */

import {
  Button,
  Caption1,
  Input,
  makeStyles,
  ProgressBar,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from '@fluentui/react-components';
import { AddRegular, DismissRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { EditFrame } from '~/admin/parts/EditFrame';
import { type Base, type Editing, useEditing } from '~/admin/parts/editing';
import { useFieldsScope } from '~/admin/parts/fields';
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
  NEW_STEP,
  type OrganizationView,
  type Step,
} from './organizationDraft';

type Licences = Schemas['Licences'];

const useStyles = makeStyles({
  wide: { overflowX: 'auto' },
  size: { width: '110px' },
  bar: { minWidth: '80px' },
  problem: { display: 'block', color: tokens.colorStatusDangerForeground1 },
  add: { alignSelf: 'start' },
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
  draft.service_number_table.forEach((step, place) => {
    for (const field of ['phone_system_licences', 'service_numbers'] as const) {
      const value = numberIn(step[field]);
      if (value === null || !(value >= 0))
        problems[`service_number_table[${place}].${field}`] = t('settings:notNegative');
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
                <TableCell>{t(`users:licence.${licence}`)}</TableCell>
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
  const styles = useStyles();
  const { t } = useTranslation(['settings', 'admin']);
  const { isReadOnly } = useFieldsScope();
  const steps = draft.service_number_table;
  const change = (place: number, step: Partial<Step>) =>
    set({ service_number_table: steps.map((each, at) => (at === place ? { ...each, ...step } : each)) });
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
      {steps.length > 0 && (
        <Table aria-label={t('settings:settings.service_number_table')}>
          <TableHeader>
            <TableRow>
              <TableHeaderCell>{t('settings:fromLicences')}</TableHeaderCell>
              <TableHeaderCell>{t('settings:allowedNumbers')}</TableHeaderCell>
              {!isReadOnly && <TableHeaderCell>{t('admin:actions')}</TableHeaderCell>}
            </TableRow>
          </TableHeader>
          <TableBody>
            {steps.map((step, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a step has nothing else that stays while it is typed
              <TableRow key={place}>
                {(['phone_system_licences', 'service_numbers'] as const).map((field) => (
                  <TableCell key={field}>
                    <CellInput
                      field={`service_number_table[${place}].${field}`}
                      label={t(`settings:stepLabel.${field}`, { place: place + 1 })}
                      value={step[field]}
                      onType={(typed) => change(place, { [field]: typed })}
                    />
                  </TableCell>
                ))}
                {!isReadOnly && (
                  <TableCell>
                    <Button
                      appearance="subtle"
                      icon={<DismissRegular />}
                      aria-label={t('settings:removeStep', { place: place + 1 })}
                      onClick={() => set({ service_number_table: steps.filter((_, at) => at !== place) })}
                    />
                  </TableCell>
                )}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      {!isReadOnly && (
        <Button
          className={styles.add}
          icon={<AddRegular />}
          onClick={() => set({ service_number_table: [...steps, NEW_STEP] })}
        >
          {t('settings:addStep')}
        </Button>
      )}
    </Section>
  );
}

interface CellInputProps {
  readonly field: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onType: (typed: string) => void;
}

function CellInput({ field, label, value, placeholder, onType }: CellInputProps) {
  const styles = useStyles();
  const { problemOf, isReadOnly } = useFieldsScope();
  const problem = problemOf(field);
  return (
    <div data-invalid={problem !== undefined || undefined}>
      <Input
        className={styles.size}
        inputMode="numeric"
        aria-label={label}
        aria-invalid={problem !== undefined}
        autoComplete="off"
        readOnly={isReadOnly}
        value={value}
        {...(placeholder !== undefined && { placeholder })}
        onChange={(_, data) => onType(data.value)}
      />
      {problem !== undefined && (
        <Caption1 className={styles.problem} role="alert">
          {problem}
        </Caption1>
      )}
    </div>
  );
}
