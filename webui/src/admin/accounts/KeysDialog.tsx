/** The API keys of an account: a new one is shown once. */

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
  Input,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { useSettingsChanged } from '~/admin/parts/settingsChanged';
import { ApiProblem, api, bodyOf, type Schemas } from '~/api/client';
import { Failure } from '~/parts/Failure';
import { moment } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { useSay } from '~/parts/toasts';
import { momentAt } from '~/parts/zone';
import type { AccountView } from './account';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  make: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
  key: { fontFamily: tokens.fontFamilyMonospace, overflowWrap: 'anywhere' },
});

interface Props {
  readonly account: AccountView;
  readonly onClose: () => void;
}

export function KeysDialog({ account, onClose }: Props) {
  const styles = useStyles();
  const { t, i18n } = useTranslation(['accounts', 'admin']);
  const params = { path: { key: account.id } };
  const keys = useQuery({
    queryKey: ['accounts', 'keys', account.id],
    queryFn: () => bodyOf(api.GET('/api/v1/accounts/{key}/keys', { params })),
  });
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('accounts:keysOf', { name: account.name })}</DialogTitle>
          <DialogContent className={styles.content}>
            <Body1>{t('accounts:keysAbout')}</Body1>
            <Loaded query={keys}>
              {(all) =>
                all.length === 0 ? (
                  <Body1>{t('accounts:noKeys')}</Body1>
                ) : (
                  <Table size="small" aria-label={t('accounts:keys')}>
                    <TableHeader>
                      <TableRow>
                        <TableHeaderCell>{t('accounts:keyName')}</TableHeaderCell>
                        <TableHeaderCell>{t('accounts:made')}</TableHeaderCell>
                        <TableHeaderCell>{t('accounts:expires')}</TableHeaderCell>
                        <TableHeaderCell>{t('admin:actions')}</TableHeaderCell>
                      </TableRow>
                    </TableHeader>
                    <TableBody>
                      {all.map(({ id, name, created_at, expires_at }) => (
                        <TableRow key={id}>
                          <TableCell>{name}</TableCell>
                          <TableCell>{moment(created_at, i18n.language)}</TableCell>
                          <TableCell>
                            {expires_at === null ? t('accounts:never') : moment(expires_at, i18n.language)}
                          </TableCell>
                          <TableCell>
                            <RemoveButton
                              title={t('accounts:revokeTitle', { name })}
                              label={t('accounts:revokeNamed', { name })}
                              remove={() =>
                                api.DELETE('/api/v1/accounts/{key}/keys/{key_id}', {
                                  params: { path: { key: account.id, key_id: id } },
                                })
                              }
                            >
                              {t('accounts:revokeText')}
                            </RemoveButton>
                          </TableCell>
                        </TableRow>
                      ))}
                    </TableBody>
                  </Table>
                )
              }
            </Loaded>
            <MakeKey accountId={account.id} />
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('common:close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function MakeKey({ accountId }: { readonly accountId: string }) {
  const styles = useStyles();
  const { t } = useTranslation('accounts');
  const settingsChanged = useSettingsChanged();
  const [name, setName] = useState('');
  const [until, setUntil] = useState('');
  const making = useMutation({
    mutationFn: () => {
      // Good for the whole of the last day of the organization.
      const [year = 0, month = 1, day = 1] = until.split('-').map(Number);
      const expires_at = until === '' ? null : momentAt(year, month, day, 23, 59).toISOString();
      const body = { name: name.trim(), expires_at };
      return bodyOf(api.POST('/api/v1/accounts/{key}/keys', { params: { path: { key: accountId } }, body }));
    },
    onSuccess: () => {
      setName('');
      settingsChanged();
    },
  });
  const problem = making.error instanceof ApiProblem ? making.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    making.mutate();
  };
  return (
    <form onSubmit={submit} className={styles.content}>
      {making.data !== undefined && <NewKey made={making.data} />}
      <div className={styles.make}>
        <Field label={t('accounts:keyName')} validationMessage={problem?.of('name') ?? null} required>
          <Input autoComplete="off" value={name} onChange={(_, { value }) => setName(value)} />
        </Field>
        <Field
          label={t('accounts:expires')}
          hint={t('accounts:expiresHint')}
          validationMessage={problem?.of('expires_at') ?? null}
        >
          <Input type="date" value={until} onChange={(_, { value }) => setUntil(value)} />
        </Field>
        <Button type="submit" disabled={name.trim() === '' || making.isPending}>
          {t('accounts:makeKey')}
        </Button>
      </div>
      <Failure error={making.error} shown={['name', 'expires_at']} />
    </form>
  );
}

function NewKey({ made: { key } }: { readonly made: Schemas['NewKey'] }) {
  const styles = useStyles();
  const { t } = useTranslation('accounts');
  const say = useSay();
  const copy = () =>
    navigator.clipboard.writeText(key).then(() => say.done(t('accounts:copied')), say.failed);
  return (
    <MessageBar intent="success" layout="multiline" role="status">
      <MessageBarBody>
        <MessageBarTitle>{t('accounts:newKey')}</MessageBarTitle> {t('accounts:newKeyHint')}
        <br />
        <code className={styles.key}>{key}</code>{' '}
        <Button size="small" icon={<CopyRegular />} onClick={() => void copy()}>
          {t('accounts:copy')}
        </Button>
      </MessageBarBody>
    </MessageBar>
  );
}
