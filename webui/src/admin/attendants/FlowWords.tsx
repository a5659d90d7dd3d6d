/** What callers get, to read. */

import { Speaker2Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { FlowDraft, StepDraft } from './attendantDraft';
import { OPERATOR_KEY } from './attendantDraft';
import { StepWords } from './StepEditor';
import { freeKeys, keysInOrder, spokenWords } from './steps';
import { Tree, TreeNode } from './TreeNode';

interface Props {
  readonly label: string;
  readonly flow: FlowDraft;
  readonly operator: StepDraft;
}

export function FlowWords({ label, flow: { greeting, step, menu }, operator }: Props) {
  const { t } = useTranslation(['attendants', 'queues']);
  const usual = t(operator.kind === 'none' ? 'attendants:step.disconnect' : 'attendants:step.operator');
  return (
    <Tree label={label}>
      {greeting.kind !== 'none' && (
        <TreeNode
          icon={Speaker2Regular}
          title={t('queues:setting.greeting')}
          words={spokenWords(greeting, t, '')}
        />
      )}
      {step.kind !== 'menu' && <TreeNode title={t('attendants:then')} words={<StepWords step={step} />} />}
      {step.kind === 'menu' &&
        keysInOrder(menu).map(({ key }) => (
          <TreeNode
            key={key.key}
            keyName={key.key}
            title={t('attendants:keyOf', { key: key.key })}
            words={<StepWords step={key} />}
          />
        ))}
      {step.kind === 'menu' && operator.kind !== 'none' && freeKeys(menu).includes(OPERATOR_KEY) && (
        <TreeNode
          keyName={OPERATOR_KEY}
          title={t('attendants:keyOf', { key: OPERATOR_KEY })}
          words={<StepWords step={operator} />}
        />
      )}
      {step.kind === 'menu' && (
        <TreeNode title={t('attendants:noInput')} words={<StepWords step={menu.noInput} none={usual} />} />
      )}
    </Tree>
  );
}
