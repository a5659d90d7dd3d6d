/** Trunks: the providers that calls come from and go to. */

import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { AddRegular, EditRegular, PulseRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FindingNotes, useFindings } from '~/admin/parts/FindingNotes';
import { whole } from '~/admin/parts/listing';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { Section } from '~/admin/parts/Section';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { TrunkDialog } from './TrunkDialog';
import { TrunkState } from './TrunkState';
import { TrunkTestDialog } from './TrunkTestDialog';

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
  const [tested, setTested] = useState<string | null>(null);
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
                    <Text>{[...trunk.hosts, ...trunk.addresses].join(', ')}</Text>
                    <TrunkState name={trunk.name} />
                  </span>
                  {mayChange && (
                    <>
                      <Button
                        appearance="subtle"
                        icon={<PulseRegular />}
                        aria-label={t('settings:trunkTestNamed', { name: trunk.name })}
                        onClick={() => setTested(trunk.name)}
                      >
                        {t('settings:trunkTest')}
                      </Button>
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
      {tested !== null && <TrunkTestDialog name={tested} onClose={() => setTested(null)} />}
      {edited !== null && (
        <TrunkDialog trunk={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
    </Section>
  );
}
