/** The short address `/q`: the switches of my queues and nothing else, for a mobile phone; and how to hand it out. */

import { Body1, Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons';
import { QRCodeSVG } from 'qrcode.react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useHref } from 'react-router';
import { useSession } from '~/api/session';
import { LiveProvider } from '~/live/live';
import { Empty } from '~/parts/Empty';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { Panel } from './Panel';
import { QueuesPanel } from './QueuesPanel';
import { useMe } from './requests';

const useStyles = makeStyles({
  parts: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL, maxWidth: '480px' },
  handOut: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    gap: tokens.spacingVerticalM,
  },
  address: { overflowWrap: 'anywhere' },
});

export default function SwitchesPage() {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const session = useSession();
  return (
    <Page title={t('agent:switches.title')}>
      <div className={styles.parts}>
        {session.user === null ? (
          <Empty title={t('agent:switches.noUser')}>{t('agent:switches.noUserHint')}</Empty>
        ) : (
          <LiveProvider of="me">
            <Mine />
          </LiveProvider>
        )}
        <HandOut />
      </div>
    </Page>
  );
}

function Mine() {
  const query = useMe();
  return <Loaded query={query}>{(me) => <QueuesPanel me={me} />}</Loaded>;
}

function HandOut() {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const picture = useRef<SVGSVGElement>(null);
  const address = new URL(useHref('/q'), window.location.href).href;
  return (
    <Panel title={t('agent:switches.handOut')}>
      <div className={styles.handOut}>
        <Body1>{t('agent:switches.handOutHint')}</Body1>
        {/* Black on white in dark colours too: cameras look for that. */}
        <QRCodeSVG
          ref={picture}
          value={address}
          size={192}
          marginSize={4}
          level="M"
          title={t('agent:switches.picture', { address })}
        />
        <Body1 className={styles.address}>{address}</Body1>
        <Button icon={<ArrowDownloadRegular />} onClick={() => picture.current && save(picture.current)}>
          {t('agent:switches.save')}
        </Button>
      </div>
    </Panel>
  );
}

/** Let the browser keep a picture as a file. */
function save(picture: SVGSVGElement): void {
  const content = new XMLSerializer().serializeToString(picture);
  const address = URL.createObjectURL(new Blob([content], { type: 'image/svg+xml' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'huntline-q.svg';
  link.click();
  URL.revokeObjectURL(address);
}
