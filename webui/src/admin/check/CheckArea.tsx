/** Everything that is allowed in the settings and yet unwise, the worst first. */

import {
  Body1,
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { SeverityBadge, useFindings } from '~/admin/parts/FindingNotes';
import { type Finding, SEVERITIES, type Severity, settingOf } from '~/admin/parts/findings';
import { useLinkStyles } from '~/admin/parts/links';
import { Section } from '~/admin/parts/Section';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { placeOf as pageOf, useUnsentMail } from '~/voicemail/unsentMail';
import { nameOf, placeOf } from './places';

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  finding: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXXS },
});

export default function CheckArea() {
  const { t } = useTranslation(['check', 'admin']);
  const findings = useFindings();
  return (
    <Page
      title={t('common:nav.check')}
      actions={
        <Button
          icon={findings.isFetching ? <Spinner size="tiny" aria-hidden /> : <ArrowClockwiseRegular />}
          disabled={findings.isFetching}
          onClick={() => void findings.refetch()}
        >
          {t('check:again')}
        </Button>
      }
    >
      <Body1>{t('check:about')}</Body1>
      <Loaded query={findings}>
        {(all) => (
          <>
            {!all.some(({ severity }) => severity !== 'note') && (
              <MessageBar intent="success">
                <MessageBarBody>{t('check:fine')}</MessageBarBody>
              </MessageBar>
            )}
            <UnsentMail />
            {SEVERITIES.map((severity) => (
              <Findings
                key={severity}
                severity={severity}
                findings={all.filter((finding) => finding.severity === severity)}
              />
            ))}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Mail about messages that could not be sent: no fault of the settings' own, and yet to be mended here. */
function UnsentMail() {
  const styles = useStyles();
  const links = useLinkStyles();
  const { t } = useTranslation('messages');
  const boxes = useUnsentMail().data ?? [];
  if (boxes.length === 0) return null;
  return (
    <Section title={t('messages:unsentTitle')} about={t('messages:unsentAbout')}>
      <ul className={styles.list}>
        {boxes.map((box) => (
          <li key={box.box_id} className={styles.finding}>
            <div>
              <Link className={links.link} to={pageOf(box)}>
                {box.name}
              </Link>
            </div>
            <Body1>{t('messages:unsent', { count: box.unsent_mails, why: box.mail_error })}</Body1>
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface FindingsProps {
  readonly severity: Severity;
  readonly findings: readonly Finding[];
}

function Findings({ severity, findings }: FindingsProps) {
  const styles = useStyles();
  const { t } = useTranslation(['check', 'admin']);
  if (findings.length === 0) return null;
  return (
    <Section title={t(`check:title.${severity}`)} about={t(`check:meaning.${severity}`)}>
      <div>
        <SeverityBadge severity={severity} count={findings.length} />
      </div>
      <ul className={styles.list}>
        {findings.map((finding) => (
          <li key={`${finding.id} ${finding.field}`} className={styles.finding}>
            <Where finding={finding} />
            <Body1>{finding.text}</Body1>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Where({ finding }: { readonly finding: Finding }) {
  const links = useLinkStyles();
  const { t } = useTranslation(['check', 'queues']);
  const [setting] = settingOf(finding.field).split('.');
  const isOfQueue = finding.key.startsWith('queue ') && setting !== '';
  return (
    <div>
      <Link className={links.link} to={placeOf(finding)}>
        {nameOf(finding) ?? t('check:organization')}
        {isOfQueue && ` · ${t(`queues:setting.${setting}`)}`}
      </Link>
    </div>
  );
}
