/** What a queue is called, and by which number callers reach it. */

import { Button, Dropdown, Input, makeStyles, Option } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NumberDialog } from '~/admin/numbers/NumberDialog';
import { Setting, TextSetting, useFieldsScope } from '~/admin/parts/fields';
import { NumberPicker, type NumberView } from '~/admin/parts/pickers';
import { Section } from '~/admin/parts/Section';
import { telephone } from '~/admin/targets/target';
import { LONGEST_NAME } from '~/api/numbers';
import { useMay } from '~/api/session';
import type { PartProps } from './partProps';

const useStyles = makeStyles({
  domain: { maxWidth: '440px', minWidth: 0 },
  add: { alignSelf: 'start' },
});

export function BasicsSection({ editing, organization }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation('queues');
  const { isReadOnly } = useFieldsScope();
  const mayAdd = useMay('change-settings');
  const [isAdding, setAdding] = useState(false);
  const { draft, set } = editing;
  const lackOf = (number: NumberView) => {
    if (`tel:${number.number}` === draft.line_uri) return undefined;
    if (number.kind === 'user') return t('queues:isUserNumber');
    return number.belongs_to ? t('queues:belongsTo', { owner: number.belongs_to }) : undefined;
  };
  return (
    <Section title={t('queues:basics')} name="basics">
      <TextSetting
        name="name"
        label={t('queues:setting.name')}
        hint={t('queues:hint.name', { count: [...draft.name].length, longest: LONGEST_NAME })}
        isRequired
        value={draft.name}
        onChange={(name) => set({ name })}
      />
      <Setting name="line_uri" label={t('queues:setting.line_uri')} hint={t('queues:hint.line_uri')}>
        <NumberPicker
          chosen={draft.line_uri.replace(/^tel:/, '')}
          placeholder={t('queues:noNumber')}
          none={t('queues:noNumber')}
          lackOf={lackOf}
          onPick={({ value }) => set({ line_uri: value && `tel:${value}` })}
          onType={(text) => set({ line_uri: telephone(text) })}
        />
      </Setting>
      {!isReadOnly && mayAdd && (
        <Button className={styles.add} icon={<AddRegular />} onClick={() => setAdding(true)}>
          {t('queues:addNumber')}
        </Button>
      )}
      {isAdding && (
        <NumberDialog
          number={null}
          onAdded={(number) => set({ line_uri: `tel:${number}` })}
          onClose={() => setAdding(false)}
        />
      )}
      {organization.domains.length > 1 && (
        <Setting name="domain" label={t('queues:setting.domain')} hint={t('queues:hint.domain')} isRequired>
          {isReadOnly ? (
            <Input className={styles.domain} readOnly value={draft.domain} />
          ) : (
            <Dropdown
              className={styles.domain}
              value={draft.domain}
              selectedOptions={[draft.domain]}
              onOptionSelect={(_, { optionValue }) => optionValue && set({ domain: optionValue })}
            >
              {organization.domains.map((domain) => (
                <Option key={domain} value={domain}>
                  {domain}
                </Option>
              ))}
            </Dropdown>
          )}
        </Setting>
      )}
    </Section>
  );
}
