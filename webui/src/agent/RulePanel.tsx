/** What becomes of direct calls to me, in short; the form behind it changes it. */

import { Button, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { CallForwardRegular } from '@fluentui/react-icons';
import type { TFunction } from 'i18next';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '~/parts/Loaded';
import { lazily } from '~/parts/lazily';
import { Panel } from './Panel';
import { useMyRule } from './requests';
import { type MyRule, shownTarget, WISHES, type WishName, wishOf } from './rule';

const RuleDialog = lazily(() => import('./RuleDialog'));

const useStyles = makeStyles({
  list: {
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    overflowWrap: 'anywhere',
  },
});

export function RulePanel() {
  const { t } = useTranslation('agent');
  const query = useMyRule();
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel
      title={t('agent:rule.title')}
      actions={
        <Button
          icon={<CallForwardRegular />}
          disabled={query.data === undefined}
          onClick={() => setOpen(true)}
        >
          {t('agent:rule.change')}
        </Button>
      }
    >
      <Loaded query={query}>
        {(rule) => (
          <>
            <Summary rule={rule} />
            <Suspense>{isOpen && <RuleDialog rule={rule} onClose={() => setOpen(false)} />}</Suspense>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Summary({ rule }: { readonly rule: MyRule }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const lines = linesOf(rule, t);
  if (lines.length === 0) return <Caption1>{t('agent:rule.nothing', { seconds: rule.ring_time })}</Caption1>;
  return (
    <ul className={styles.list}>
      {lines.map((line) => (
        <li key={line}>
          <Caption1>{line}</Caption1>
        </li>
      ))}
    </ul>
  );
}

function linesOf(rule: MyRule, t: TFunction): readonly string[] {
  const wishes = WISHES.filter((name) => rule[name] != null);
  const lines = wishes.map((name) => `${wishName(name, rule, t)}: ${inWords(rule[name] ?? null, t)}`);
  const others = rule.also_ring.map(({ target, after }) =>
    t('agent:rule.alsoRings', { target: shownTarget(target), seconds: after }),
  );
  return [...lines, ...others];
}

function wishName(name: WishName, rule: MyRule, t: TFunction): string {
  return t(`agent:rule.when.${name}`, { seconds: rule.ring_time });
}

function inWords(written: string | null, t: TFunction): string {
  const { kind, target } = wishOf(written);
  return kind === 'target' ? target : t(`agent:rule.kind.${kind}`);
}
