/** What an attendant is called, which numbers lead to it, and in which language and by which clocks it lives. */

import { Button, Dropdown, Input, makeStyles, Option, Select, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NumberDialog } from '~/admin/numbers/NumberDialog';
import { ControlGroup, Setting, TextSetting, useFieldsScope } from '~/admin/parts/fields';
import { NumberPicker, type NumberView } from '~/admin/parts/pickers';
import { Section } from '~/admin/parts/Section';
import { telephone } from '~/admin/targets/target';
import { LONGEST_NAME } from '~/api/numbers';
import { useMay, useSession } from '~/api/session';
import { NameTags } from './NameTags';
import type { PartProps } from './partProps';

const useStyles = makeStyles({
  medium: { maxWidth: '440px', minWidth: 0 },
  add: { alignSelf: 'start' },
  pair: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(220px, 1fr))',
    gap: tokens.spacingHorizontalL,
    maxWidth: '640px',
  },
});

export function BasicsSection({ editing, domains }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation(['attendants', 'queues']);
  const { isReadOnly } = useFieldsScope();
  const { draft, set } = editing;
  return (
    <Section title={t('queues:basics')} name="basics">
      <TextSetting
        name="name"
        label={t('attendants:setting.name')}
        hint={t('attendants:hint.name', { count: [...draft.name].length, longest: LONGEST_NAME })}
        isRequired
        value={draft.name}
        onChange={(name) => set({ name })}
      />
      <Numbers lineUris={draft.line_uris} onChange={(line_uris) => set({ line_uris })} />
      {domains.length > 1 && (
        <Setting
          name="domain"
          label={t('attendants:setting.domain')}
          hint={t('attendants:hint.domain')}
          isRequired
        >
          {isReadOnly ? (
            <Input className={styles.medium} readOnly value={draft.domain} />
          ) : (
            <Dropdown
              className={styles.medium}
              value={draft.domain}
              selectedOptions={[draft.domain]}
              onOptionSelect={(_, { optionValue }) => optionValue && set({ domain: optionValue })}
            >
              {domains.map((domain) => (
                <Option key={domain} value={domain}>
                  {domain}
                </Option>
              ))}
            </Dropdown>
          )}
        </Setting>
      )}
      <div className={styles.pair}>
        <Setting
          name="language"
          label={t('attendants:setting.language')}
          hint={t('attendants:hint.language')}
        >
          <Select
            disabled={isReadOnly}
            value={draft.language}
            onChange={(_, { value }) => set({ language: value === 'fr' ? 'fr' : 'en' })}
          >
            <option value="en">{t('queues:speechLanguage.en')}</option>
            <option value="fr">{t('queues:speechLanguage.fr')}</option>
          </Select>
        </Setting>
        <Zone zone={draft.time_zone} onChange={(time_zone) => set({ time_zone })} />
      </div>
    </Section>
  );
}

interface ZoneProps {
  readonly zone: string;
  readonly onChange: (zone: string) => void;
}

function Zone({ zone, onChange }: ZoneProps) {
  const { t } = useTranslation('attendants');
  const { isReadOnly } = useFieldsScope();
  const { time_zone: usual } = useSession();
  const list = useId();
  return (
    <>
      <Setting
        name="time_zone"
        label={t('attendants:setting.time_zone')}
        hint={t('attendants:hint.time_zone', { zone: usual })}
      >
        <Input
          list={list}
          autoComplete="off"
          readOnly={isReadOnly}
          placeholder={usual}
          value={zone}
          onChange={(_, { value }) => onChange(value)}
        />
      </Setting>
      <datalist id={list}>
        {Intl.supportedValuesOf('timeZone').map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

interface NumbersProps {
  /** As the API has them, `tel:+14255550100`. */
  readonly lineUris: readonly string[];
  readonly onChange: (lineUris: readonly string[]) => void;
}

function Numbers({ lineUris, onChange }: NumbersProps) {
  const styles = useStyles();
  const { t } = useTranslation(['attendants', 'queues']);
  const { isReadOnly } = useFieldsScope();
  const mayAdd = useMay('change-settings') && !isReadOnly;
  const [isAdding, setAdding] = useState(false);
  const numbers = lineUris.map((uri) => uri.replace(/^tel:/, ''));
  const lackOf = ({ number, kind, belongs_to: owner }: NumberView) => {
    if (numbers.includes(number)) return t('attendants:isChosen');
    if (kind === 'user') return t('attendants:isUserNumber');
    return owner ? t('queues:belongsTo', { owner }) : undefined;
  };
  const add = (number: string) => onChange([...lineUris, telephone(number)]);
  return (
    <>
      <Setting
        name="line_uris"
        label={t('attendants:setting.line_uris')}
        hint={t('attendants:hint.line_uris')}
      >
        <ControlGroup>
          {!isReadOnly && (
            <NumberPicker
              label={t('attendants:setting.line_uris')}
              placeholder={t('attendants:findNumber')}
              lackOf={lackOf}
              onPick={({ value }) => add(value)}
              onType={add}
            />
          )}
          <NameTags
            label={t('attendants:setting.line_uris')}
            names={numbers}
            none={isReadOnly ? t('queues:noNumber') : null}
            onRemove={(number) => onChange(lineUris.filter((uri) => uri !== telephone(number)))}
          />
        </ControlGroup>
      </Setting>
      {mayAdd && (
        <Button className={styles.add} icon={<AddRegular />} onClick={() => setAdding(true)}>
          {t('queues:addNumber')}
        </Button>
      )}
      {isAdding && <NumberDialog number={null} onAdded={add} onClose={() => setAdding(false)} />}
    </>
  );
}
