/** What `huntline check` says, beside what it is about. */

import {
  Badge,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { ErrorCircleRegular, type FluentIcon, InfoRegular, WarningRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';
import { anchorOf } from './anchors';
import { type Finding, type Severity, settingOf, worstOf } from './findings';

const INTENTS = { error: 'error', warning: 'warning', note: 'info' } as const;
const COLOURS = { error: 'danger', warning: 'warning', note: 'informative' } as const;
const ICONS: Readonly<Record<Severity, FluentIcon>> = {
  error: ErrorCircleRegular,
  warning: WarningRegular,
  note: InfoRegular,
};

const useStyles = makeStyles({
  notes: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  note: { marginTop: tokens.spacingVerticalXS },
});

/** All findings, in the language of the page. */
export function useFindings() {
  const { i18n } = useTranslation();
  const language = i18n.language === 'fr' ? 'fr' : 'en';
  return useQuery({
    queryKey: ['check', language],
    queryFn: async () => {
      const params = { query: { language, limit: 1000 } } as const;
      return (await bodyOf(api.GET('/api/v1/check', { params }))).items;
    },
  });
}

export function FindingNotes({ findings }: { readonly findings: readonly Finding[] }) {
  const styles = useStyles();
  if (findings.length === 0) return null;
  return (
    <div className={styles.notes}>
      {findings.map((finding) => (
        <MessageBar
          key={`${finding.id} ${finding.field}`}
          intent={INTENTS[finding.severity]}
          className={styles.note}
          layout="multiline"
        >
          <MessageBarBody>{finding.text}</MessageBarBody>
        </MessageBar>
      ))}
    </div>
  );
}

/** The worst of what is said further down, where somebody looks first; and the way to it. */
export function FirstFinding({ findings }: { readonly findings: readonly Finding[] }) {
  const { t } = useTranslation('admin');
  const worst = worstOf(findings);
  const first = findings.find(({ severity }) => severity === worst);
  if (first === undefined || worst === null || worst === 'note') return null;
  return (
    <MessageBar intent={INTENTS[worst]} layout="multiline" role="status">
      <MessageBarBody>{first.text}</MessageBarBody>
      <MessageBarActions>
        <Link as="button" type="button" onClick={() => show(first)}>
          {t('admin:showIt')}
        </Link>
      </MessageBarActions>
    </MessageBar>
  );
}

function show({ field }: Finding): void {
  const [setting = ''] = settingOf(field).split(/[.[]/);
  document.getElementById(anchorOf(setting))?.scrollIntoView({ block: 'center' });
}

interface BadgeProps {
  readonly severity: Severity;
  readonly count: number;
  /** Only sign and number, where there is little room; the word is there for who points at it or hears it. */
  readonly isShort?: boolean;
}

/** How bad it is, by colour, sign and word, and how often. */
export function SeverityBadge({ severity, count, isShort = false }: BadgeProps) {
  const { t } = useTranslation('admin');
  const Icon = ICONS[severity];
  const words = t(`admin:severityCount.${severity}`, { count });
  const sign = { appearance: 'tint', color: COLOURS[severity], icon: <Icon aria-hidden /> } as const;
  return isShort ? (
    <Badge {...sign} role="img" aria-label={words} title={words}>
      {count}
    </Badge>
  ) : (
    <Badge {...sign}>{words}</Badge>
  );
}

/** The worst of some findings, and how many there are of that; nothing when there is nothing to do. */
export function FindingBadge({ findings }: { readonly findings: readonly Finding[] }) {
  const worst = worstOf(findings);
  if (worst === null || worst === 'note') return null;
  return (
    <SeverityBadge
      severity={worst}
      count={findings.filter(({ severity }) => severity === worst).length}
      isShort
    />
  );
}
