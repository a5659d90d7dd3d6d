/** A thing that is edited: what is stored, what is typed, what was refused; and saving only what changed. */

import { useMutation } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';
import { useSay } from '~/parts/toasts';
import { anchorOf } from './anchors';
import { changedFields, changesIn, type Draft, isSame, type Refusal, stillRefused } from './draft';
import { useSettingsChanged } from './settingsChanged';

/** What a form begins with; `etag` is null for a thing that is yet to be made. */
export interface Base<D extends Draft> {
  readonly draft: D;
  readonly etag: string | null;
}

type Problems = Readonly<Record<string, string | undefined>>;

interface Options<D extends Draft> {
  /** What is stored now. A later one is taken over when nothing is typed. */
  readonly stored: Base<D>;
  /** What is wrong with settings as they are typed, by their names: nothing is sent while anything is. */
  readonly check?: (draft: D) => Problems;
  /** What is still missing, by setting: said once somebody tries to save. */
  readonly missing?: (draft: D) => Problems;
  /** Store the changes; answers what is stored then. */
  readonly save: (changes: Partial<D>, draft: D, etag: string | null) => Promise<Base<D>>;
  readonly onSaved?: () => void;
  /** What to say when it is done; otherwise that it is saved. */
  readonly done?: string;
}

export interface Editing<D extends Draft> {
  readonly draft: D;
  readonly set: (change: Partial<D>) => void;
  readonly changed: readonly (keyof D & string)[];
  readonly isNew: boolean;
  readonly isSaving: boolean;
  readonly error: Error | null;
  /** What is wrong with a setting: as it is typed, or as the API said of what was sent. */
  readonly problemOf: (field: string) => string | undefined;
  readonly save: () => void;
  readonly discard: () => void;
  /** Whether leaving now would lose something; asked at any moment. */
  readonly isAtRisk: () => boolean;
}

export function useEditing<D extends Draft>(options: Options<D>): Editing<D> {
  const { stored, check, missing, save, onSaved, done } = options;
  const { t } = useTranslation('admin');
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const [base, setBase] = useState(stored);
  const [draft, setDraft] = useState(stored.draft);
  const [refusal, setRefusal] = useState<Refusal<D> | null>(null);
  const [hasTried, setTried] = useState(false);
  const atRisk = useRef(false);

  const changed = useMemo(() => changedFields(base.draft, draft), [base, draft]);
  const isChanged = changed.length > 0;
  atRisk.current = isChanged;
  const start = useCallback((from: Base<D>) => {
    setBase(from);
    setDraft(from.draft);
    setRefusal(null);
    setTried(false);
  }, []);

  const saving = useMutation({
    mutationFn: (sent: D) => save(changesIn(base.draft, sent), sent, base.etag),
    onSuccess: (after) => {
      start(after);
      atRisk.current = false;
      say.done(done ?? t('common:saved'));
      settingsChanged();
      onSaved?.();
    },
    onError: (problem, sent) => {
      if (problem instanceof ApiProblem) setRefusal({ problem, sent });
      whenShown(showFirstProblem);
    },
  });

  const isBusy = saving.isPending;
  useEffect(() => {
    if (!isChanged && !isBusy && stored.etag !== base.etag) start(stored);
  }, [stored, base, isChanged, isBusy, start]);

  const typed = check?.(draft) ?? {};
  const lacking = missing?.(draft) ?? {};
  return {
    draft,
    set: (change) => setDraft((before) => ({ ...before, ...change })),
    changed,
    isNew: base.etag === null,
    isSaving: isBusy,
    error: saving.error !== null && isSameDraft(saving.variables, draft) ? saving.error : null,
    problemOf: (field) =>
      typed[field] ?? (hasTried ? lacking[field] : undefined) ?? stillRefused(refusal, draft, field),
    save: () => {
      // At once: what is typed a moment later must not end up in another field.
      flushSync(() => setTried(true));
      if (hasAny(typed) || hasAny(lacking)) showFirstProblem();
      else saving.mutate(draft);
    },
    discard: () => {
      start(base);
      saving.reset();
    },
    isAtRisk: () => atRisk.current,
  };
}

function hasAny(problems: Problems): boolean {
  return Object.values(problems).some((problem) => problem !== undefined);
}

function isSameDraft<D extends Draft>(sent: D | undefined, draft: D): boolean {
  return sent !== undefined && isSame(sent, draft);
}

/** Leads to the first setting that says that it is wrong. */
function showFirstProblem(): void {
  const [first] = document.querySelectorAll<HTMLElement>('[data-invalid]');
  first?.scrollIntoView({ block: 'center' });
  first?.querySelector<HTMLElement>('input, button, textarea, select, [tabindex]')?.focus();
}

/** Until an answer is shown the settings may be disabled. */
function whenShown(act: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(act));
}

/** Leads to the setting that the address names behind its `#`, when it is there. */
export function useSettingInAddress(hash: string): void {
  useEffect(() => {
    if (hash.length < 2) {
      // Whoever comes from another page's end begins at the top, where the first warning is.
      document.getElementById('main')?.scrollTo({ top: 0 });
      return;
    }
    const setting = document.getElementById(anchorOf(decodeURIComponent(hash.slice(1))));
    setting?.scrollIntoView({ block: 'center' });
    setting?.querySelector<HTMLElement>('input, button, textarea, select')?.focus({ preventScroll: true });
  }, [hash]);
}
