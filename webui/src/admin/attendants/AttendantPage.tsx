/** One auto attendant, to look at, to change or to make. */

import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { type ReactNode, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import { EditFrame } from '~/admin/parts/EditFrame';
import { type Base, useEditing, useSettingInAddress } from '~/admin/parts/editing';
import { FindingNotes, FirstFinding, useFindings } from '~/admin/parts/FindingNotes';
import { findingsAbout, findingsAt, settingOf } from '~/admin/parts/findings';
import { useOrganization } from '~/admin/parts/organization';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { type IndexEntry, WithIndex } from '~/admin/parts/SectionIndex';
import { ifMatch, type Stored, storedOf } from '~/admin/parts/stored';
import { useTestCall } from '~/admin/testcall/TestCallPanel';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { removeAttendant } from './AttendantList';
import {
  type AttendantDraft,
  type AttendantView,
  draftOf,
  formOf,
  missingIn,
  newAttendant,
  patchOf,
  problemsIn,
  SECTION_FIELDS,
} from './attendantDraft';
import { BasicsSection } from './BasicsSection';
import { DirectorySection } from './DirectorySection';
import { FlowSection } from './FlowSection';
import { HolidaysSection } from './HolidaysSection';
import { HoursSection } from './HoursSection';
import type { PartProps } from './partProps';
import { WhatHappens } from './WhatHappens';

export function NewAttendantPage() {
  const { t } = useTranslation('attendants');
  const organization = useOrganization();
  return (
    <Page title={t('attendants:newTitle')}>
      <Loaded query={organization}>{({ domains }) => <NewAttendant domains={domains} />}</Loaded>
    </Page>
  );
}

function NewAttendant({ domains }: { readonly domains: readonly string[] }) {
  const { t, i18n } = useTranslation(['attendants', 'targets', 'queues', 'admin']);
  const navigate = useNavigate();
  const client = useQueryClient();
  const language = i18n.language === 'fr' ? 'fr' : 'en';
  const stored = useMemo<Base<AttendantDraft>>(
    () => ({ draft: newAttendant(domains, language), etag: null }),
    [domains, language],
  );
  const made = useRef<AttendantView | null>(null);
  const editing = useEditing<AttendantDraft>({
    stored,
    check: (draft) => problemsIn(draft, t),
    missing: (draft) => missingIn(draft, t),
    save: async (_, draft) => {
      const { item, etag } = await storedOf(api.POST('/api/v1/attendants', { body: formOf(draft) }));
      client.setQueryData(['attendants', 'one', item.id], { item, etag });
      made.current = item;
      return { draft: draftOf(item, domains), etag };
    },
    onSaved: () => navigate(`/attendants/${made.current?.id}`, { replace: true }),
    done: t('admin:created'),
  });
  return (
    <AttendantForm
      editing={editing}
      domains={domains}
      id=""
      attendant={null}
      action={t('attendants:create')}
    />
  );
}

export function AttendantPage() {
  const { key = '' } = useParams();
  const { t } = useTranslation('attendants');
  const organization = useOrganization();
  const attendant = useQuery({
    queryKey: ['attendants', 'one', key],
    queryFn: () => storedOf(api.GET('/api/v1/attendants/{key}', { params: { path: { key } } })),
  });
  if (attendant.data === undefined || organization.data === undefined)
    return (
      <Page title={t('attendants:one')}>
        <Loaded query={attendant}>{() => <Loaded query={organization}>{() => null}</Loaded>}</Loaded>
      </Page>
    );
  return (
    <StoredAttendant
      key={attendant.data.item.id}
      stored={attendant.data}
      domains={organization.data.domains}
      onReload={() => void attendant.refetch()}
    />
  );
}

interface StoredProps {
  readonly stored: Stored<AttendantView>;
  readonly domains: readonly string[];
  readonly onReload: () => void;
}

function StoredAttendant({ stored, domains, onReload }: StoredProps) {
  const { t } = useTranslation(['attendants', 'targets', 'queues', 'admin']);
  const navigate = useNavigate();
  const client = useQueryClient();
  const mayChange = useMay('change-settings');
  const base = useMemo<Base<AttendantDraft>>(
    () => ({ draft: draftOf(stored.item, domains), etag: stored.etag }),
    [stored, domains],
  );
  const { id, name } = stored.item;
  const editing = useEditing<AttendantDraft>({
    stored: base,
    check: (draft) => problemsIn(draft, t),
    missing: (draft) => missingIn(draft, t),
    save: async (changes, _, etag) => {
      const params = { path: { key: id }, header: ifMatch(etag) };
      const body = patchOf(changes);
      const after = await storedOf(api.PATCH('/api/v1/attendants/{key}', { params, body }));
      client.setQueryData(['attendants', 'one', id], after);
      return { draft: draftOf(after.item, domains), etag: after.etag };
    },
  });
  useSettingInAddress(useLocation().hash);
  const testCall = useTestCall('attendant', () =>
    bodyOf(api.POST('/api/v1/attendants/{key}/test-call', { params: { path: { key: id } } })),
  );
  return (
    <Page
      title={name}
      actions={
        mayChange && (
          <>
            {testCall.button}
            <RemoveButton
              title={t('admin:removeTitle', { name })}
              remove={() => removeAttendant(stored.item)}
              onRemoved={() => navigate('/attendants')}
            >
              {t('attendants:removeText')}
            </RemoveButton>
          </>
        )
      }
    >
      {testCall.panel}
      {!mayChange && (
        <MessageBar>
          <MessageBarBody>{t('admin:readOnly')}</MessageBarBody>
        </MessageBar>
      )}
      <AttendantForm
        editing={editing}
        domains={domains}
        id={id}
        attendant={stored.item}
        isReadOnly={!mayChange}
        onReload={onReload}
      >
        <WhatHappens attendant={stored.item} domains={domains} isChanged={editing.changed.length > 0} />
      </AttendantForm>
    </Page>
  );
}

interface FormProps extends PartProps {
  /** Null while it is yet to be made. */
  readonly attendant: AttendantView | null;
  readonly isReadOnly?: boolean;
  readonly action?: string;
  readonly onReload?: () => void;
  /** What stands below the settings. */
  readonly children?: ReactNode;
}

function AttendantForm(props: FormProps) {
  const { editing, domains, id, attendant, isReadOnly = false, action, onReload, children } = props;
  const { t } = useTranslation(['attendants', 'queues']);
  const all = useFindings().data ?? [];
  const findings = attendant === null ? [] : findingsAbout(all, `attendant ${attendant.name}`);
  const part = { editing, domains, id };
  return (
    <EditFrame
      editing={editing}
      labelOf={(field) => t(`attendants:setting.${field}`)}
      findings={findings}
      isReadOnly={isReadOnly}
      {...(action !== undefined && { action })}
      {...(onReload !== undefined && { onReload })}
    >
      <WithIndex entries={indexOf(t, attendant !== null)}>
        <FindingNotes findings={findingsAt(findings, '')} />
        <FirstFinding findings={findings.filter(({ field }) => settingOf(field) !== '')} />
        <BasicsSection {...part} />
        <FlowSection {...part} />
        <HoursSection {...part} />
        <HolidaysSection {...part} />
        <DirectorySection {...part} />
        {children}
      </WithIndex>
    </EditFrame>
  );
}

/** The sections in their order, with what is in them. */
function indexOf(t: TFunction, isStored: boolean): readonly IndexEntry[] {
  const titles: Record<keyof typeof SECTION_FIELDS, string> = {
    basics: t('queues:basics'),
    flows: t('attendants:flows'),
    'hours-section': t('attendants:setting.hours'),
    'holidays-section': t('attendants:setting.holidays'),
    'directory-section': t('attendants:setting.directory'),
  };
  const sections = Object.entries(SECTION_FIELDS).map(([name, fields]) => ({
    name,
    title: titles[name as keyof typeof SECTION_FIELDS],
    fields,
  }));
  const question = { name: 'what-happens', title: t('attendants:whatHappens'), fields: [] };
  return isStored ? [...sections, question] : sections;
}
