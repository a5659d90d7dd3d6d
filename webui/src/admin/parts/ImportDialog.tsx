/** A spreadsheet of users or numbers: first what it would do, line by line; then it is done, all or nothing. */

import {
  Body1,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Schemas, upload } from '~/api/client';
import { Failure } from '~/parts/Failure';
import { useSay } from '~/parts/toasts';
import { settingName } from './settingNames';
import { useSettingsChanged } from './settingsChanged';

type Report = Schemas['ImportReport'];

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  example: { fontFamily: tokens.fontFamilyMonospace, whiteSpace: 'pre', overflowX: 'auto', margin: 0 },
  lines: { maxHeight: '40vh', overflow: 'auto' },
});

interface Props {
  readonly of: 'users' | 'numbers';
  /** The first lines of such a file. */
  readonly example: string;
  readonly onClose: () => void;
}

export function ImportDialog({ of, example, onClose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const [file, setFile] = useState<File | null>(null);
  const send = (isDryRun: boolean) => {
    const form = new FormData();
    if (file !== null) form.set('file', file);
    return upload<Report>(`/imports/${of}`, form, isDryRun ? { dry_run: 'true' } : {});
  };
  const trial = useMutation({ mutationFn: () => send(true) });
  const choose = async (chosen: File | undefined) => {
    setFile(null);
    trial.reset();
    if (chosen !== undefined) setFile(await copyOf(chosen));
  };
  const doing = useMutation({
    mutationFn: () => send(false),
    onSuccess: ({ totals }) => {
      say.done(t('admin:import.done', { added: totals.added, changed: totals.changed }));
      settingsChanged();
      onClose();
    },
  });
  const report = trial.data;
  const isGood = report !== undefined && report.totals.refused === 0 && report.problems.length === 0;
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t(`admin:import.title.${of}`)}</DialogTitle>
          <DialogContent className={styles.content}>
            <Body1>{t('admin:import.about')}</Body1>
            <pre className={styles.example}>{example}</pre>
            <Field label={t('admin:import.file')}>
              <input
                type="file"
                aria-label={t('admin:import.file')}
                accept=".csv,text/csv"
                onClick={(event) => {
                  event.currentTarget.value = ''; // else choosing the same file again, mended, is no change
                  choose(undefined);
                }}
                onChange={(event) => choose(event.target.files?.[0])}
              />
            </Field>
            <Failure error={trial.error ?? doing.error} />
            {report !== undefined && <Outcome of={of} report={report} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('common:cancel')}</Button>
            <Button disabled={file === null || trial.isPending} onClick={() => trial.mutate()}>
              {t('admin:import.try')}
            </Button>
            <Button appearance="primary" disabled={!isGood || doing.isPending} onClick={() => doing.mutate()}>
              {t('admin:import.do')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** A file as it is now: browsers refuse to send one that has changed on the disk since it was chosen. */
async function copyOf(file: File): Promise<File> {
  return new File([await file.arrayBuffer()], file.name, { type: file.type });
}

function Outcome({ of, report }: Pick<Props, 'of'> & { readonly report: Report }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation(['admin', 'audit', 'users']);
  const labelOf = (field: string) => settingName(of === 'users' ? 'user' : 'number', field, t, i18n.exists);
  const { added, changed, unchanged, refused } = report.totals;
  return (
    <>
      <MessageBar intent={refused > 0 || report.problems.length > 0 ? 'error' : 'info'} role="status">
        <MessageBarBody>{t('admin:import.totals', { added, changed, unchanged, refused })}</MessageBarBody>
      </MessageBar>
      {report.problems.map(({ field, allowed }) => (
        <MessageBar key={`${field} ${allowed}`} intent="error">
          <MessageBarBody>{allowed}</MessageBarBody>
        </MessageBar>
      ))}
      <div className={styles.lines}>
        <Table size="small" aria-label={t('admin:import.lines')}>
          <TableHeader>
            <TableRow>
              <TableHeaderCell>{t('admin:import.line')}</TableHeaderCell>
              <TableHeaderCell>{t('admin:import.key')}</TableHeaderCell>
              <TableHeaderCell>{t('admin:import.action')}</TableHeaderCell>
            </TableRow>
          </TableHeader>
          <TableBody>
            {report.lines.map(({ line, key, action, problems }) => (
              <TableRow key={line}>
                <TableCell>{line}</TableCell>
                <TableCell>{key}</TableCell>
                <TableCell>
                  {t(`admin:import.actions.${action}`)}
                  {problems.map(
                    ({ field, allowed }) =>
                      ` · ${t('common:about', { label: labelOf(field), text: allowed })}`,
                  )}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
    </>
  );
}
