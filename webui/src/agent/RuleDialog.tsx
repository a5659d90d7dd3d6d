/** The form of my rule for direct calls. */

import {
  Button,
  Caption1,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  Select,
  Subtitle2,
  Switch,
  tokens,
} from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';
import { USER_NUMBERS } from '~/api/numbers';
import { AlsoRing } from './AlsoRing';
import { useSetMyRule } from './requests';
import {
  draftOf,
  type MyRule,
  type RuleDraft,
  ruleOf,
  WISHES,
  type Wish,
  type WishKind,
  type WishName,
} from './rule';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
  choice: { flexGrow: 1, flexBasis: '180px', minWidth: 0 },
  target: { flexGrow: 2, flexBasis: '200px', minWidth: 0 },
  seconds: { width: '110px' },
  heading: { margin: 0 },
  // Else a select is as wide as its longest option.
  narrow: { minWidth: 0 },
});

const KINDS: Readonly<Record<WishName, readonly WishKind[]>> = {
  forward_to: ['none', 'voicemail', 'target'],
  when_busy: ['none', 'off', 'voicemail', 'target'],
  when_no_answer: ['none', 'off', 'voicemail', 'target'],
  when_not_reachable: ['none', 'off', 'voicemail', 'target'],
};

interface Props {
  readonly rule: MyRule;
  readonly onClose: () => void;
}

export default function RuleDialog({ rule, onClose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const [draft, setDraft] = useState(() => draftOf(rule));
  const save = useSetMyRule(() => t('agent:rule.saved'));
  const set = (changes: Partial<RuleDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const problem = (field: string) =>
    save.error instanceof ApiProblem ? (save.error.of(field) ?? null) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(ruleOf(draft), { onSuccess: onClose });
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t('agent:rule.title')}</DialogTitle>
            <DialogContent className={styles.content}>
              <Caption1>{t('agent:rule.about')}</Caption1>
              {WISHES.map((name) => (
                <WishFields
                  key={name}
                  name={name}
                  seconds={draft.ringTime}
                  wish={draft.wishes[name]}
                  problem={problem(name)}
                  onChange={(wish) => set({ wishes: { ...draft.wishes, [name]: wish } })}
                />
              ))}
              <Field label={t('agent:rule.ringTime')} validationMessage={problem('ring_time')}>
                <Input
                  className={styles.seconds}
                  type="number"
                  min={USER_NUMBERS.ring_time.low}
                  max={USER_NUMBERS.ring_time.high}
                  value={draft.ringTime}
                  onChange={(_, { value }) => set({ ringTime: value })}
                  contentAfter={t('agent:rule.seconds')}
                />
              </Field>
              <Subtitle2 as="h3" className={styles.heading}>
                {t('agent:rule.alsoRing')}
              </Subtitle2>
              <AlsoRing
                others={draft.alsoRing}
                problem={problem('also_ring')}
                onChange={(alsoRing) => set({ alsoRing })}
              />
              {rule.may_hide_number && (
                <Switch
                  label={t('agent:rule.hidesNumber')}
                  checked={draft.hidesNumber}
                  onChange={(_, { checked }) => set({ hidesNumber: checked })}
                />
              )}
              <Codes rule={rule} />
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

interface WishProps {
  readonly name: WishName;
  readonly seconds: string;
  readonly wish: Wish;
  readonly problem: string | null;
  readonly onChange: (wish: Wish) => void;
}

function WishFields({ name, seconds, wish, problem, onChange }: WishProps) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const label = t(`agent:rule.when.${name}`, { seconds });
  const isTarget = wish.kind === 'target';
  return (
    <div className={styles.row}>
      <Field label={label} className={styles.choice} validationMessage={isTarget ? null : problem}>
        <Select
          select={{ className: styles.narrow }}
          value={wish.kind}
          onChange={(_, { value }) =>
            onChange({ ...wish, kind: KINDS[name].find((kind) => kind === value) ?? 'none' })
          }
        >
          {KINDS[name].map((kind) => (
            <option key={kind} value={kind}>
              {t(
                kind === 'none' && name === 'forward_to' ? 'agent:rule.kind.ring' : `agent:rule.kind.${kind}`,
              )}
            </option>
          ))}
        </Select>
      </Field>
      {isTarget && (
        <Field label={t('agent:rule.target')} className={styles.target} validationMessage={problem}>
          <Input
            aria-label={t('agent:rule.targetOf', { when: label })}
            value={wish.target}
            placeholder={t('agent:rule.targetExample')}
            onChange={(_, { value }) => onChange({ ...wish, target: value })}
          />
        </Field>
      )}
    </div>
  );
}

/** What does the same from any phone. */
function Codes({ rule }: { readonly rule: MyRule }) {
  const { t } = useTranslation('agent');
  const { forward_all, forward_all_off } = rule.star_codes;
  if (forward_all == null || forward_all_off == null) return null;
  return <Caption1>{t('agent:rule.codes', { on: forward_all, off: forward_all_off })}</Caption1>;
}
