/** Whom callers can find by name or extension. */

import { useTranslation } from 'react-i18next';
import { ControlGroup, Setting, useFieldsScope } from '~/admin/parts/fields';
import { GroupPicker, PersonPicker } from '~/admin/parts/pickers';
import { FoldingSection } from '~/admin/parts/Section';
import { NameTags } from './NameTags';
import type { PartProps } from './partProps';

export function DirectorySection({ editing }: PartProps) {
  const { t } = useTranslation(['attendants', 'queues']);
  const { isReadOnly } = useFieldsScope();
  const { directory } = editing.draft;
  const { groups, excluded } = directory;
  const set = (change: Partial<typeof directory>) => editing.set({ directory: { ...directory, ...change } });
  return (
    <FoldingSection
      title={t('attendants:setting.directory')}
      about={t('attendants:directoryAbout')}
      name="directory-section"
      fields={['directory']}
      summary={groups.length === 0 ? t('attendants:everybody') : groups.join(', ')}
      isDefault={groups.length === 0 && excluded.length === 0}
    >
      <Setting
        name="directory.groups"
        label={t('attendants:directoryGroups')}
        hint={t('attendants:hint.groups')}
      >
        <ControlGroup>
          {!isReadOnly && (
            <GroupPicker
              label={t('attendants:directoryGroups')}
              besides={groups}
              placeholder={t('queues:findGroup')}
              onPick={({ value }) => set({ groups: [...groups, value] })}
            />
          )}
          <NameTags
            label={t('attendants:directoryGroups')}
            names={groups}
            none={t('attendants:everybody')}
            onRemove={(name) => set({ groups: groups.filter((each) => each !== name) })}
          />
        </ControlGroup>
      </Setting>
      <Setting
        name="directory.excluded"
        label={t('attendants:excluded')}
        hint={t('attendants:hint.excluded')}
      >
        <ControlGroup>
          {!isReadOnly && (
            <PersonPicker
              label={t('attendants:excluded')}
              besides={excluded}
              placeholder={t('queues:findPerson')}
              onPick={({ value }) => set({ excluded: [...excluded, value] })}
            />
          )}
          <NameTags
            label={t('attendants:excluded')}
            names={excluded}
            none={isReadOnly ? t('common:none') : null}
            onRemove={(upn) => set({ excluded: excluded.filter((each) => each !== upn) })}
          />
        </ControlGroup>
      </Setting>
    </FoldingSection>
  );
}
