/** Trunks: the providers that calls come from and go to. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { AddRegular, EditRegular } from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FindingNotes, useFindings } from '~/admin/parts/FindingNotes';
import { whole } from '~/admin/parts/listing';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { Section } from '~/admin/parts/Section';
import { useSettingsChanged } from '~/admin/parts/settingsChanged';
import { linesOf } from '~/admin/users/userDraft';
import { ApiProblem, api, bodyOf, type Schemas } from '~/api/client';
import { useMay } from '~/api/session';
import { Failure } from '~/parts/Failure';
import { Loaded } from '~/parts/Loaded';
import { useSay } from '~/parts/toasts';

type Trunk = Schemas['TrunkView'];

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  trunk: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  words: { flexGrow: 1, display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
  add: { alignSelf: 'start' },
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

export function TrunksPage() {
  const styles = useStyles();
  const { t } = useTranslation('settings');
  const mayChange = useMay('change-settings');
  const findings = (useFindings().data ?? []).filter(({ field }) => field.startsWith('trunks'));
  const [edited, setEdited] = useState<Trunk | 'new' | null>(null);
  const trunks = useQuery({
    queryKey: ['trunks'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/trunks', { params: { query } }))),
  });
  return (
    <Section title={t('settings:parts.trunks')} about={t('settings:trunksAbout')}>
      <FindingNotes findings={findings} />
      <Loaded query={trunks}>
        {(all) =>
          all.length === 0 ? (
            <Text>{t('settings:noTrunks')}</Text>
          ) : (
            <ul className={styles.list} aria-label={t('settings:parts.trunks')}>
              {all.map((trunk) => (
                <li key={trunk.name} className={styles.trunk}>
                  <span className={styles.words}>
                    <Text weight="semibold">{trunk.name}</Text>
                    <Text>{trunk.addresses.join(', ')}</Text>
                  </span>
                  {mayChange && (
                    <>
                      <Button
                        appearance="subtle"
                        icon={<EditRegular />}
                        aria-label={t('settings:changeNamed', { name: trunk.name })}
                        onClick={() => setEdited(trunk)}
                      />
                      <RemoveButton
                        title={t('admin:removeTitle', { name: trunk.name })}
                        label={t('admin:removeNamed', { name: trunk.name })}
                        remove={() =>
                          api.DELETE('/api/v1/trunks/{key}', { params: { path: { key: trunk.name } } })
                        }
                      >
                        {t('settings:removeTrunkText')}
                      </RemoveButton>
                    </>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {mayChange && (
        <Button className={styles.add} icon={<AddRegular />} onClick={() => setEdited('new')}>
          {t('settings:addTrunk')}
        </Button>
      )}
      {edited !== null && (
        <TrunkDialog trunk={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
    </Section>
  );
}

interface DialogProps {
  /** null: a new one. */
  readonly trunk: Trunk | null;
  readonly onClose: () => void;
}

function TrunkDialog({ trunk, onClose }: DialogProps) {
  const styles = useStyles();
  const { t } = useTranslation('settings');
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const [name, setName] = useState(trunk?.name ?? '');
  const [addresses, setAddresses] = useState(trunk?.addresses.join('\n') ?? '');
  const save = useMutation({
    mutationFn: async () => {
      const body = { name: name.trim(), addresses: linesOf(addresses) };
      if (trunk === null) await api.POST('/api/v1/trunks', { body });
      else await api.PATCH('/api/v1/trunks/{key}', { params: { path: { key: trunk.name } }, body });
    },
    onSuccess: () => {
      say.done(t('common:saved'));
      settingsChanged();
      onClose();
    },
  });
  const problem = save.error instanceof ApiProblem ? save.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{trunk === null ? t('settings:addTrunk') : trunk.name}</DialogTitle>
            <DialogContent className={styles.content}>
              <Field label={t('settings:trunkName')} validationMessage={problem?.of('name') ?? null} required>
                <Input autoComplete="off" value={name} onChange={(_, { value }) => setName(value)} />
              </Field>
              <Field
                label={t('settings:addresses')}
                hint={t('settings:addressesHint')}
                validationMessage={problem?.of('addresses') ?? null}
                required
              >
                <Textarea
                  value={addresses}
                  placeholder={'192.0.2.10:5060\n198.51.100.0/24'}
                  onChange={(_, { value }) => setAddresses(value)}
                />
              </Field>
              <Failure error={save.error} shown={['name', 'addresses']} />
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('common:cancel')}</Button>
              <Button type="submit" appearance="primary" disabled={save.isPending}>
                {t('common:save')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
