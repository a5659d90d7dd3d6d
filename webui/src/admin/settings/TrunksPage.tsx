/** Trunks: the providers that calls come from and go to. */

import { Button, Field, Input, makeStyles, Switch, Text, Textarea, tokens } from '@fluentui/react-components';
import { AddRegular, EditRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FindingNotes, useFindings } from '~/admin/parts/FindingNotes';
import { FormDialog } from '~/admin/parts/FormDialog';
import { whole } from '~/admin/parts/listing';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { Section } from '~/admin/parts/Section';
import { linesOf } from '~/admin/users/userDraft';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';

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
});

export function TrunksPage() {
  const styles = useStyles();
  const { t } = useTranslation(['settings', 'admin']);
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
  const { t } = useTranslation('settings');
  const [name, setName] = useState(trunk?.name ?? '');
  const [addresses, setAddresses] = useState(trunk?.addresses.join('\n') ?? '');
  const [foreignNumbers, setForeignNumbers] = useState(trunk?.foreign_numbers ?? false);
  const [isTrusted, setTrusted] = useState(trunk?.is_trusted ?? false);
  const act = async () => {
    const body = {
      name: name.trim(),
      addresses: linesOf(addresses),
      foreign_numbers: foreignNumbers,
      is_trusted: isTrusted,
    };
    if (trunk === null) await api.POST('/api/v1/trunks', { body });
    else await api.PATCH('/api/v1/trunks/{key}', { params: { path: { key: trunk.name } }, body });
  };
  return (
    <FormDialog
      title={trunk === null ? t('settings:addTrunk') : trunk.name}
      act={act}
      shown={['name', 'addresses', 'foreign_numbers', 'is_trusted']}
      onClose={onClose}
    >
      {(problemOf) => (
        <>
          <Field label={t('settings:trunkName')} validationMessage={problemOf('name')} required>
            <Input autoComplete="off" value={name} onChange={(_, { value }) => setName(value)} />
          </Field>
          <Field
            label={t('settings:addresses')}
            hint={t('settings:addressesHint')}
            validationMessage={problemOf('addresses')}
            required
          >
            <Textarea
              value={addresses}
              placeholder={'192.0.2.10:5060\n198.51.100.0/24'}
              onChange={(_, { value }) => setAddresses(value)}
            />
          </Field>
          <Field hint={t('settings:foreignNumbersHint')} validationMessage={problemOf('foreign_numbers')}>
            <Switch
              label={t('settings:foreignNumbers')}
              checked={foreignNumbers}
              onChange={(_, { checked }) => setForeignNumbers(checked)}
            />
          </Field>
          <Field hint={t('settings:trustedHint')} validationMessage={problemOf('is_trusted')}>
            <Switch
              label={t('settings:trusted')}
              checked={isTrusted}
              onChange={(_, { checked }) => setTrusted(checked)}
            />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
