/** One queue, to look at, to change or to make: in the order in which people know it from 2018. */

import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import { EditFrame } from '~/admin/parts/EditFrame';
import { type Base, type Editing, useEditing, useSettingInAddress } from '~/admin/parts/editing';
import { FindingNotes, FirstFinding, useFindings } from '~/admin/parts/FindingNotes';
import { findingsAbout, findingsAt, settingOf } from '~/admin/parts/findings';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { type IndexEntry, WithIndex } from '~/admin/parts/SectionIndex';
import { ifMatch, type Stored, storedOf } from '~/admin/parts/stored';
import { useTestCall } from '~/admin/testcall/TestCallPanel';
import { ApiProblem, api, bodyOf, type Schemas } from '~/api/client';
import { useMay, useSession } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { MailboxSection } from '~/voicemail/MailboxSection';
import { AgentsSection, RingingSection } from './AgentsSection';
import { BasicsSection } from './BasicsSection';
import { DistributionSection } from './DistributionSection';
import { FullSection, NobodySection, WaitSection } from './ExitSections';
import { MoreSection } from './MoreSection';
import type { PartProps } from './partProps';
import { removeQueue } from './QueueList';
import {
  changedForwards,
  draftOf,
  elsewhere,
  formOf,
  missingIn,
  newQueue,
  patchOf,
  problemsIn,
  type QueueDraft,
  type QueueView,
  SECTION_FIELDS,
} from './queueDraft';
import { SoundsSection } from './SoundsSection';
import { WaitingSection } from './WaitingSection';
import { WhatIfSection } from './WhatIfSection';

type OrganizationView = Schemas['OrganizationView'];

function useOrganization() {
  return useQuery({ queryKey: ['organization'], queryFn: () => bodyOf(api.GET('/api/v1/organization')) });
}

export function NewQueuePage() {
  const { t } = useTranslation('queues');
  const organization = useOrganization();
  return (
    <Page title={t('queues:newTitle')}>
      <Loaded query={organization}>{(loaded) => <NewQueue organization={loaded} />}</Loaded>
    </Page>
  );
}

function NewQueue({ organization }: { readonly organization: OrganizationView }) {
  const { t } = useTranslation(['queues', 'targets', 'admin']);
  const navigate = useNavigate();
  const client = useQueryClient();
  const stored = useMemo<Base<QueueDraft>>(
    () => ({ draft: newQueue(organization.domains), etag: null }),
    [organization],
  );
  const made = useRef<QueueView | null>(null);
  const editing = useEditing<QueueDraft>({
    stored,
    check: (draft) => problemsIn(draft, organization.limits, t),
    missing: (draft) => missingIn(draft, t),
    save: async (_, draft) => {
      const { item, etag } = await storedOf(api.POST('/api/v1/queues', { body: formOf(draft) }));
      client.setQueryData(['queues', 'one', item.id], { item, etag });
      made.current = item;
      return { draft: draftOf(item, organization.domains), etag };
    },
    onSaved: () => navigate(`/queues/${made.current?.id}`, { replace: true }),
    done: t('admin:created'),
  });
  return <QueueForm editing={editing} organization={organization} queue={null} action={t('queues:create')} />;
}

export function QueuePage() {
  const { key = '' } = useParams();
  const { t } = useTranslation('queues');
  const organization = useOrganization();
  const queue = useQuery({
    queryKey: ['queues', 'one', key],
    queryFn: () => storedOf(api.GET('/api/v1/queues/{key}', { params: { path: { key } } })),
  });
  if (queue.data === undefined || organization.data === undefined)
    return (
      <Page title={t('queues:one')}>
        <Loaded query={queue}>{() => <Loaded query={organization}>{() => null}</Loaded>}</Loaded>
      </Page>
    );
  return (
    <StoredQueue
      key={queue.data.item.id}
      stored={queue.data}
      organization={organization.data}
      onReload={() => void queue.refetch()}
    />
  );
}

interface StoredQueueProps {
  readonly stored: Stored<QueueView>;
  readonly organization: OrganizationView;
  readonly onReload: () => void;
}

function StoredQueue({ stored, organization, onReload }: StoredQueueProps) {
  const { t } = useTranslation(['queues', 'targets', 'admin']);
  const navigate = useNavigate();
  const client = useQueryClient();
  const mayChange = useMayChange(stored.item);
  const mayRemove = useMay('change-settings');
  const base = useMemo<Base<QueueDraft>>(
    () => ({ draft: draftOf(stored.item, organization.domains), etag: stored.etag }),
    [stored, organization],
  );
  const { id, name } = stored.item;
  const editing = useEditing<QueueDraft>({
    stored: base,
    check: (draft) => problemsIn(draft, organization.limits, t),
    missing: (draft) => missingIn(draft, t),
    save: async (changes, draft, etag) => {
      const after = await storedOf(
        api.PATCH('/api/v1/queues/{key}', {
          params: { path: { key: id }, header: ifMatch(etag) },
          body: patchOf(changes, draft),
        }),
      );
      client.setQueryData(['queues', 'one', id], after);
      return { draft: draftOf(after.item, organization.domains), etag: after.etag };
    },
    // An owner's queues are known to the session by their names.
    onSaved: () => void client.invalidateQueries({ queryKey: ['session'] }),
  });
  useSettingInAddress(useLocation().hash);
  const testCall = useTestCall('queue', () =>
    bodyOf(api.POST('/api/v1/queues/{key}/test-call', { params: { path: { key: id } } })),
  );
  return (
    <Page
      title={name}
      actions={
        <>
          {mayChange && testCall.button}
          {mayRemove && (
            <RemoveButton
              title={t('admin:removeTitle', { name })}
              remove={() => removeQueue(stored.item)}
              onRemoved={() => navigate('/queues')}
            >
              {t('queues:removeText')}
            </RemoveButton>
          )}
        </>
      }
    >
      {testCall.panel}
      {!mayChange && (
        <MessageBar>
          <MessageBarBody>{t('admin:readOnly')}</MessageBarBody>
        </MessageBar>
      )}
      <QueueForm
        editing={editing}
        organization={organization}
        queue={stored.item}
        isReadOnly={!mayChange}
        onReload={onReload}
      />
      <MailboxSection box={id} name={name} />
    </Page>
  );
}

/** An owner changes their own queues, an administrator all. */
function useMayChange({ name }: QueueView): boolean {
  const { permissions, role, queues } = useSession();
  return permissions.includes('change-queues') && (role !== 'queue-owner' || queues.includes(name));
}

interface FormProps extends PartProps {
  /** Null while it is yet to be made. */
  readonly queue: QueueView | null;
  readonly isReadOnly?: boolean;
  readonly action?: string;
  readonly onReload?: () => void;
}

function QueueForm({ editing, organization, queue, isReadOnly = false, action, onReload }: FormProps) {
  const { t } = useTranslation('queues');
  const all = useFindings().data ?? [];
  const findings = queue === null ? [] : findingsAbout(all, `queue ${queue.name}`);
  const { problemOf, shown } = withLoops(editing);
  const part = { editing, organization };
  const canAsk = queue !== null && !isReadOnly;
  return (
    <EditFrame
      editing={{ ...editing, problemOf }}
      labelOf={(field) => t(`queues:setting.${field}`)}
      findings={findings}
      isReadOnly={isReadOnly}
      shown={shown}
      {...(action !== undefined && { action })}
      {...(onReload !== undefined && { onReload })}
    >
      <WithIndex entries={canAsk ? [...indexOf(t), whatIfEntry(t)] : indexOf(t)}>
        <FindingNotes findings={findingsAt(findings, '')} />
        <FirstFinding findings={findings.filter(({ field }) => settingOf(field) !== '')} />
        <BasicsSection {...part} />
        <AgentsSection {...part} queue={queue} />
        <SoundsSection {...part} />
        <WaitingSection {...part} />
        <DistributionSection {...part} />
        <RingingSection {...part} />
        <FullSection {...part} queue={queue} />
        <WaitSection {...part} queue={queue} />
        <NobodySection {...part} queue={queue} />
        <MoreSection {...part} />
        {canAsk && <WhatIfSection editing={editing} queue={queue} />}
      </WithIndex>
    </EditFrame>
  );
}

/** The sections in their order, with what is in them. */
function indexOf(t: TFunction): readonly IndexEntry[] {
  const titles: Record<keyof typeof SECTION_FIELDS, string> = {
    basics: t('queues:basics'),
    'agents-section': t('queues:agents'),
    sounds: t('queues:sounds'),
    waiting: t('queues:waiting'),
    'distribution-section': t('queues:distribution'),
    ringing: t('queues:ringing'),
    full: t('queues:full'),
    wait: t('queues:wait'),
    nobody: t('queues:nobody'),
    more: t('queues:more'),
  };
  return Object.entries(SECTION_FIELDS).map(([name, fields]) => ({
    name,
    title: titles[name as keyof typeof SECTION_FIELDS],
    fields,
  }));
}

function whatIfEntry(t: TFunction): IndexEntry {
  return { name: 'what-if', title: t('queues:whatIf.title'), fields: [] };
}

/** A loop of forwards is told at its first queue, which may be another one: here it stands beside what closed it. */
function withLoops(editing: Editing<QueueDraft>) {
  const { error, draft, changed } = editing;
  const own = Object.keys(draft);
  const others = error instanceof ApiProblem ? elsewhere(error) : [];
  const closing: readonly string[] = others.length > 0 ? changedForwards(changed, draft) : [];
  if (closing.length === 0) return { problemOf: editing.problemOf, shown: own };
  const words = others.map(({ allowed }) => allowed).join(' · ');
  return {
    problemOf: (field: string) => editing.problemOf(field) ?? (closing.includes(field) ? words : undefined),
    shown: [...own, ...others.map(({ field }) => field)],
  };
}
