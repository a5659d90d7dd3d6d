/** What callers get, drawn as a tree that is edited where it is: when it is open, after hours, on holidays. */

import { Body1, makeStyles, tokens } from '@fluentui/react-components';
import {
  CalendarRegular,
  ClockRegular,
  PersonSupportRegular,
  Speaker2Regular,
  WeatherMoonRegular,
} from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { SpokenSetting } from '~/admin/audio/SpokenSetting';
import { useFieldsScope } from '~/admin/parts/fields';
import { Section } from '~/admin/parts/Section';
import type { AttendantDraft, FlowDraft, StepDraft } from './attendantDraft';
import { MenuNodes } from './MenuNodes';
import { Nested } from './Nested';
import type { PartProps } from './partProps';
import { StepEditor, StepWords } from './StepEditor';
import { findingsOf, flowWords, spokenWords } from './steps';
import { Tree, TreeNode } from './TreeNode';

const useStyles = makeStyles({ note: { color: tokens.colorNeutralForeground2 } });

export function FlowSection({ editing, id }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const { draft, set } = editing;
  const part = { operator: draft.operator, besides: id === '' ? [] : [id] };
  return (
    <Section title={t('attendants:flows')} about={t('attendants:flowsAbout')} name="flows">
      <Tree label={t('attendants:flows')}>
        <Operator draft={draft} onChange={(operator) => set({ operator })} besides={part.besides} />
        <Branch
          {...part}
          path="open"
          icon={ClockRegular}
          title={t('attendants:setting.open')}
          flow={draft.open}
          onChange={(open) => set({ open })}
        />
        <Branch
          {...part}
          path="after_hours"
          icon={WeatherMoonRegular}
          title={t('attendants:setting.after_hours')}
          flow={draft.after_hours}
          onChange={(after_hours) => set({ after_hours })}
        />
        {draft.holidays.map(
          ({ id: row, name, flow }, place) =>
            flow !== null && (
              <Branch
                {...part}
                key={row}
                path={`holidays[${place}].flow`}
                icon={CalendarRegular}
                title={t('attendants:holidayFlow', { name: name || t('attendants:newHoliday') })}
                flow={flow}
                onChange={(changed) =>
                  set({
                    holidays: draft.holidays.map((each) =>
                      each.id === row ? { ...each, flow: changed } : each,
                    ),
                  })
                }
              />
            ),
        )}
      </Tree>
      {isNeverClosed(draft) && <Body1 className={styles.note}>{t('attendants:neverClosed')}</Body1>}
    </Section>
  );
}

/** Whether nobody ever gets what is set for after hours. */
function isNeverClosed({ hours, holidays }: AttendantDraft): boolean {
  return hours.isAlways && holidays.every(({ flow }) => flow !== null);
}

interface OperatorProps {
  readonly draft: AttendantDraft;
  readonly onChange: (operator: StepDraft) => void;
  readonly besides: readonly string[];
}

function Operator({ draft: { operator }, onChange, besides }: OperatorProps) {
  const { t } = useTranslation('attendants');
  const { findings } = useFieldsScope();
  const settings = ['operator'];
  return (
    <TreeNode
      isRoot
      icon={PersonSupportRegular}
      title={t('attendants:setting.operator')}
      words={<StepWords step={operator} none={t('attendants:nothing.operator')} />}
      settings={settings}
      findings={findingsOf(findings, 'operator', 'operator.target')}
      editor={
        <StepEditor
          place="operator"
          label={t('attendants:operatorIs')}
          step={operator}
          settings={settings}
          besides={besides}
          onChange={onChange}
        />
      }
    />
  );
}

interface BranchProps {
  /** As the API calls it. */
  readonly path: string;
  readonly icon: typeof ClockRegular;
  readonly title: string;
  readonly flow: FlowDraft;
  readonly operator: StepDraft;
  readonly besides: readonly string[];
  readonly onChange: (flow: FlowDraft) => void;
}

function Branch({ path, icon, title, flow, operator, besides, onChange }: BranchProps) {
  const { t } = useTranslation(['attendants', 'queues']);
  const { findings } = useFieldsScope();
  const settings = [`${path}.target`, `${path}.action`];
  const { greeting, step, menu } = flow;
  return (
    <TreeNode
      isRoot
      icon={icon}
      title={title}
      words={flowWords(flow, t)}
      findings={findingsOf(findings, path)}
    >
      <Tree label={title}>
        <TreeNode
          icon={Speaker2Regular}
          title={t('queues:setting.greeting')}
          words={spokenWords(greeting, t, t('queues:untold.greeting'))}
          settings={[`${path}.greeting`]}
          editor={
            <SpokenSetting
              name={`${path}.greeting`}
              label={t('queues:setting.greeting')}
              none={t('queues:untold.greeting')}
              example={t('queues:spokenExample.greeting')}
              spoken={greeting}
              onChange={(changed) => onChange({ ...flow, greeting: changed })}
            />
          }
        />
        <TreeNode
          title={t('attendants:then')}
          words={<StepWords step={step} />}
          settings={settings}
          findings={findingsOf(findings, ...settings, `${path}.menu`, `${path}.menu.keys`)}
          editor={
            <StepEditor
              place="flow"
              label={t('attendants:afterGreeting')}
              step={step}
              settings={settings}
              besides={besides}
              onChange={(changed) => onChange({ ...flow, step: changed })}
            />
          }
        >
          {step.kind === 'menu' && (
            <MenuNodes
              path={`${path}.menu`}
              menu={menu}
              operator={operator}
              besides={besides}
              onChange={(changed) => onChange({ ...flow, menu: changed })}
            />
          )}
          {step.kind === 'attendant' && step.target !== '' && <Nested name={step.target} />}
        </TreeNode>
      </Tree>
    </TreeNode>
  );
}
