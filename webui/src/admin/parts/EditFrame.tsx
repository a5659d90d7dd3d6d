/** The frame of a form: its fields, and a bar in view that says what is unsaved, saves it or drops it. */

import {
  Button,
  Caption1,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { type FormEvent, type ReactNode, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useBeforeUnload, useBlocker, useNavigate } from 'react-router';
import { ApiProblem } from '~/api/client';
import { Confirm } from '~/parts/Confirm';
import { Failure } from '~/parts/Failure';
import type { Draft } from './draft';
import type { Editing } from './editing';
import { Fields } from './fields';
import type { Finding } from './findings';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  bar: {
    position: 'sticky',
    bottom: 0,
    zIndex: 2,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    maxWidth: '880px',
    boxSizing: 'border-box',
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    boxShadow: tokens.shadow16,
  },
  actions: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  unsaved: { flexGrow: 1, color: tokens.colorNeutralForeground2 },
});

interface Props<D extends Draft> {
  readonly editing: Editing<D>;
  /** The name of a setting for people. */
  readonly labelOf: (field: keyof D & string) => string;
  readonly findings?: readonly Finding[];
  readonly isReadOnly?: boolean;
  /** What the button says that saves: otherwise that it saves. */
  readonly action?: string;
  /** The settings that show what is wrong with them themselves; otherwise all of the draft. */
  readonly shown?: readonly string[];
  /** Ask the server anew, after somebody else was faster. */
  readonly onReload?: () => void;
  readonly children: ReactNode;
}

export function EditFrame<D extends Draft>(props: Props<D>) {
  const { editing, labelOf, findings = [], isReadOnly = false, action, shown, onReload, children } = props;
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const navigate = useNavigate();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReadOnly) editing.save();
  };
  const isChanged = editing.changed.length > 0;
  const isStale = editing.error instanceof ApiProblem && editing.error.status === 412;
  return (
    <form className={styles.form} onSubmit={submit} noValidate aria-busy={editing.isSaving}>
      <Fields scope={{ problemOf: editing.problemOf, findings, isReadOnly }}>{children}</Fields>
      {!isReadOnly && (isChanged || editing.isNew || editing.error !== null) && (
        <div className={styles.bar}>
          {isStale ? (
            <MessageBar intent="warning" layout="multiline" role="alert">
              <MessageBarBody>{t('admin:changedMeanwhile')}</MessageBarBody>
              {onReload !== undefined && (
                <MessageBarActions>
                  <Button
                    onClick={() => {
                      editing.discard();
                      onReload();
                    }}
                  >
                    {t('admin:reload')}
                  </Button>
                </MessageBarActions>
              )}
            </MessageBar>
          ) : (
            <Failure
              error={editing.error}
              shown={shown ?? Object.keys(editing.draft)}
              labelOf={(field) => (isOwn(editing.draft, field) ? labelOf(field) : undefined)}
            />
          )}
          <div className={styles.actions}>
            <Caption1 className={styles.unsaved} role="status">
              {isChanged &&
                !editing.isNew &&
                t('admin:unsaved', { settings: editing.changed.map(labelOf).join(', ') })}
            </Caption1>
            {isChanged && !editing.isNew && (
              <Button disabled={editing.isSaving} onClick={editing.discard}>
                {t('admin:discard')}
              </Button>
            )}
            {editing.isNew && (
              // A new thing's page lies below the list of its kind.
              <Button disabled={editing.isSaving} onClick={() => navigate('..', { relative: 'path' })}>
                {t('common:cancel')}
              </Button>
            )}
            <Button type="submit" appearance="primary" disabled={editing.isSaving}>
              {action ?? t('common:save')}
            </Button>
          </div>
        </div>
      )}
      <LeavingGuard isAtRisk={editing.isAtRisk} />
    </form>
  );
}

function isOwn<D extends Draft>(draft: D, field: string): field is keyof D & string {
  return field in draft;
}

/** Asks before somebody leaves with something unsaved. */
function LeavingGuard({ isAtRisk }: { readonly isAtRisk: () => boolean }) {
  const { t } = useTranslation('admin');
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isAtRisk() && currentLocation.pathname !== nextLocation.pathname,
  );
  useBeforeUnload(useCallback((event) => isAtRisk() && event.preventDefault(), [isAtRisk]));
  return (
    <Confirm
      isOpen={blocker.state === 'blocked'}
      title={t('admin:leaveTitle')}
      action={t('admin:leave')}
      onConfirm={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      {t('admin:leaveText')}
    </Confirm>
  );
}
