/** The menu of a flow: what is said, what each key does, and what happens to those who press nothing. */

import {
  Button,
  Caption1,
  Field,
  Input,
  makeStyles,
  Select,
  shorthands,
  tokens,
} from '@fluentui/react-components';
import { DeleteRegular, Speaker2Regular, TimerRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SpokenSetting } from '~/admin/audio/SpokenSetting';
import { useFieldsScope } from '~/admin/parts/fields';
import { findingsAt } from '~/admin/parts/findings';
import { MENU_NUMBERS } from '~/api/numbers';
import { type KeyDraft, type MenuDraft, OPERATOR_KEY, type StepDraft } from './attendantDraft';
import { Nested } from './Nested';
import { StepEditor, StepWords } from './StepEditor';
import { findingsOf, freeKeys, keysInOrder, spokenWords } from './steps';
import { Tree, TreeLeaf, TreeNode } from './TreeNode';

const useStyles = makeStyles({
  add: {
    ...shorthands.borderStyle('none'),
    margin: 0,
    minWidth: 0,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
  },
  key: { minWidth: '32px' },
  medium: { maxWidth: '440px' },
  pair: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalL },
  remove: { alignSelf: 'start' },
});

interface Props {
  /** As the API calls it: `open.menu`. */
  readonly path: string;
  readonly menu: MenuDraft;
  readonly operator: StepDraft;
  readonly besides: readonly string[];
  readonly onChange: (menu: MenuDraft) => void;
}

export function MenuNodes({ path, menu, operator, besides, onChange }: Props) {
  const { t } = useTranslation('attendants');
  const { isReadOnly } = useFieldsScope();
  const [fresh, setFresh] = useState<string | null>(null);
  const free = freeKeys(menu);
  const isSpoken = menu.prompt.kind === 'none';
  const change = (place: number, key: KeyDraft) =>
    onChange({ ...menu, keys: menu.keys.map((each, at) => (at === place ? key : each)) });
  const add = (key: string) => {
    setFresh(key);
    onChange({ ...menu, keys: [...menu.keys, { key, kind: 'none', target: '', label: '' }] });
  };
  const remove = (place: number) => onChange({ ...menu, keys: menu.keys.filter((_, at) => at !== place) });
  return (
    <Tree label={t('attendants:step.menu')}>
      <TreeNode
        icon={Speaker2Regular}
        title={t('attendants:prompt')}
        words={spokenWords(menu.prompt, t, t('attendants:keysAreSpoken'))}
        settings={[`${path}.prompt`]}
        editor={
          <SpokenSetting
            name={`${path}.prompt`}
            label={t('attendants:prompt')}
            none={t('attendants:keysAreSpoken')}
            example={t('attendants:promptExample')}
            spoken={menu.prompt}
            onChange={(prompt) => onChange({ ...menu, prompt })}
          />
        }
      />
      {keysInOrder(menu).map(({ key, place }) => (
        <KeyNode
          key={key.key}
          path={`${path}.keys[${place}]`}
          menuKey={key}
          isSpoken={isSpoken}
          isFresh={fresh === key.key}
          besides={besides}
          onChange={(changed) => change(place, changed)}
          onRemove={() => remove(place)}
        />
      ))}
      {operator.kind !== 'none' && free.includes(OPERATOR_KEY) && (
        <TreeNode
          keyName={OPERATOR_KEY}
          title={t('attendants:keyOf', { key: OPERATOR_KEY })}
          words={t('attendants:usualOperator')}
        />
      )}
      {!isReadOnly && free.length > 0 && <AddKey free={free} onAdd={add} />}
      <NoInput path={path} menu={menu} operator={operator} besides={besides} onChange={onChange} />
    </Tree>
  );
}

function AddKey({
  free,
  onAdd,
}: {
  readonly free: readonly string[];
  readonly onAdd: (key: string) => void;
}) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  return (
    <TreeLeaf>
      <fieldset className={styles.add} aria-label={t('attendants:addKey')}>
        <Caption1 aria-hidden>{t('attendants:addKey')}</Caption1>
        {free.map((key) => (
          <Button
            key={key}
            size="small"
            className={styles.key}
            aria-label={t('attendants:addKeyOf', { key })}
            onClick={() => onAdd(key)}
          >
            {key}
          </Button>
        ))}
      </fieldset>
    </TreeLeaf>
  );
}

interface KeyProps {
  readonly path: string;
  readonly menuKey: KeyDraft;
  /** The menu says what the keys do. */
  readonly isSpoken: boolean;
  readonly isFresh: boolean;
  readonly besides: readonly string[];
  readonly onChange: (key: KeyDraft) => void;
  readonly onRemove: () => void;
}

function KeyNode({ path, menuKey, isSpoken, isFresh, besides, onChange, onRemove }: KeyProps) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const { isReadOnly, findings } = useFieldsScope();
  const { key, kind, target, label } = menuKey;
  const title = t('attendants:keyOf', { key });
  return (
    <TreeNode
      keyName={key}
      title={title}
      words={<StepWords step={menuKey} none={t('attendants:chooseStep')} />}
      settings={[path]}
      findings={findingsAt(findings, path)}
      startsOpen={isFresh}
      editor={
        <>
          <StepEditor
            place="key"
            label={t('attendants:keyDoes', { key })}
            step={menuKey}
            settings={[path]}
            besides={besides}
            isFresh={isFresh}
            onChange={(step) => onChange({ ...menuKey, ...step })}
          />
          {isSpoken && (
            <Field label={t('attendants:label')} hint={t('attendants:hint.label')}>
              <Input
                className={styles.medium}
                autoComplete="off"
                readOnly={isReadOnly}
                value={label}
                onChange={(_, { value }) => onChange({ ...menuKey, label: value })}
              />
            </Field>
          )}
          {!isReadOnly && (
            <Button className={styles.remove} size="small" icon={<DeleteRegular />} onClick={onRemove}>
              {t('attendants:removeKey', { key })}
            </Button>
          )}
        </>
      }
    >
      {kind === 'attendant' && target !== '' && <Nested name={target} />}
    </TreeNode>
  );
}

/** How long a menu waits for a key, how often it is told again, and where callers go then. */
function NoInput({ path, menu, operator, besides, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const { isReadOnly, findings } = useFieldsScope();
  const { wait_for_key: wait, repeats, noInput } = menu;
  const usual = t(operator.kind === 'none' ? 'attendants:step.disconnect' : 'attendants:step.operator');
  const settings = [`${path}.no_input`];
  return (
    <TreeNode
      icon={TimerRegular}
      title={t('attendants:noInput')}
      words={
        <>
          {t('attendants:waits', { seconds: wait, count: repeats })} <StepWords step={noInput} none={usual} />
        </>
      }
      settings={settings}
      findings={findingsOf(findings, `${path}.no_input`, `${path}.no_input.target`)}
      editor={
        <>
          <div className={styles.pair}>
            <Field label={t('attendants:waitForKey')}>
              <Select
                disabled={isReadOnly}
                value={String(wait)}
                onChange={(_, { value }) => onChange({ ...menu, wait_for_key: Number(value) })}
              >
                {range(MENU_NUMBERS.wait_for_key).map((seconds) => (
                  <option key={seconds} value={seconds}>
                    {t('attendants:seconds', { count: seconds })}
                  </option>
                ))}
              </Select>
            </Field>
            <Field label={t('attendants:repeats')}>
              <Select
                disabled={isReadOnly}
                value={String(repeats)}
                onChange={(_, { value }) => onChange({ ...menu, repeats: Number(value) })}
              >
                {range(MENU_NUMBERS.repeats).map((times) => (
                  <option key={times} value={times}>
                    {t('attendants:times', { count: times })}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
          <StepEditor
            place="noInput"
            label={t('attendants:inTheEnd')}
            step={noInput}
            settings={settings}
            besides={besides}
            onChange={(changed) => onChange({ ...menu, noInput: changed })}
          />
        </>
      }
    />
  );
}

function range({ low, high }: { readonly low: number; readonly high: number }): readonly number[] {
  return Array.from({ length: high - low + 1 }, (_, step) => low + step);
}
