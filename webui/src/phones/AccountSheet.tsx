/** All that a phone is set up with, to scan, to type or to print: its password and address are shown this once. */

import {
  Body1,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  MessageBar,
  MessageBarBody,
  makeStaticStyles,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { PrintRegular } from '@fluentui/react-icons';
import { QRCodeSVG } from 'qrcode.react';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewPhone } from './door';
import { addressOf, isScanned, makerOf, titleOf } from './families';

const SHEET = 'data-account-sheet';

/** While there is a sheet, it alone is printed, with its heading: all around it is gone or stands aside. */
const usePrintStyles = makeStaticStyles(`
@media print {
  :root:has([${SHEET}]) :has([${SHEET}]) {
    display: block !important; position: static !important; transform: none !important;
    overflow: visible !important; max-height: none !important; max-width: none !important;
    border: none !important; box-shadow: none !important; margin: 0 !important;
    background: white !important; color: black !important;
  }
  :root:has([${SHEET}]) :has([${SHEET}]) > :not(:has([${SHEET}]), [${SHEET}], h2) { display: none !important; }
}`);

const useStyles = makeStyles({
  sheet: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  facts: {
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalXS,
    margin: 0,
  },
  value: {
    margin: 0,
    overflowWrap: 'anywhere',
    fontFamily: tokens.fontFamilyMonospace,
    fontWeight: tokens.fontWeightSemibold,
  },
});

interface Props {
  readonly made: NewPhone;
  readonly onClose: () => void;
}

export function AccountSheet({ made, onClose }: Props) {
  usePrintStyles();
  const styles = useStyles();
  const { t } = useTranslation('phones');
  const address = addressOf(made, window.location.href);
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('phones:sheet', { name: titleOf(made.phone) })}</DialogTitle>
          <DialogContent>
            <div {...{ [SHEET]: '' }} className={styles.sheet}>
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('phones:once')}</MessageBarBody>
              </MessageBar>
              {address !== null && (
                <Body1>
                  {isScanned(made)
                    ? t('phones:scan')
                    : t('phones:putIn', { maker: makerOf(made.phone.family) ?? '' })}
                </Body1>
              )}
              {address !== null && isScanned(made) && (
                // Black on white in dark colours too: cameras look for that.
                <QRCodeSVG value={address} size={192} marginSize={4} level="M" title={t('phones:picture')} />
              )}
              <Facts made={made} address={address} />
            </div>
          </DialogContent>
          <DialogActions>
            <Button icon={<PrintRegular />} onClick={() => window.print()}>
              {t('phones:print')}
            </Button>
            <Button appearance="primary" onClick={onClose}>
              {t('common:close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Facts({ made: { account }, address }: { readonly made: NewPhone; readonly address: string | null }) {
  const styles = useStyles();
  const { t } = useTranslation('phones');
  const facts = [
    ['phones:fact.address', address],
    ['phones:fact.uri', account.uri],
    ['phones:fact.user', account.user],
    ['phones:fact.domain', account.domain],
    ['phones:fact.username', account.username],
    ['phones:fact.password', account.password],
    ['phones:fact.server', `${account.host}:${account.port}`],
    ['phones:fact.transport', account.transport.toUpperCase()],
    ['phones:fact.encryption', t(`phones:encryption.${account.encryption}`)],
  ] as const;
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{t(name)}</dt>
            <dd className={styles.value}>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
