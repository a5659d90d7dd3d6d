/** The frame around all pages of people who are signed in: navigation, and what belongs to the person. */

import {
  Button,
  makeStyles,
  mergeClasses,
  Spinner,
  Text,
  tokens,
  useFluent,
} from '@fluentui/react-components';
import { NavigationRegular } from '@fluentui/react-icons';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useLocation } from 'react-router';
import { useMay } from '~/api/session';
import { lazily } from '~/parts/lazily';
import { useIsPhoneStarted } from '~/phone/isStarted';
import { HealthBanner } from './HealthBanner';
import { Navigation } from './Navigation';
import { useIsNarrow } from './narrow';
import { OrganizationPicker } from './OrganizationPicker';
import { PersonMenu } from './PersonMenu';

const NavigationDrawer = lazily(() => import('./NavigationDrawer'));
const CallBar = lazily(() => import('~/agent/CallBar'));

const useStyles = makeStyles({
  frame: {
    display: 'grid',
    gridTemplateRows: 'auto 1fr',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    height: '100dvh',
    backgroundColor: tokens.colorNeutralBackground2,
  },
  bar: {
    gridColumn: '1 / -1',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
  },
  onBar: { color: tokens.colorNeutralForegroundOnBrand },
  name: { flexGrow: 1, color: tokens.colorNeutralForegroundOnBrand },
  side: { overflowY: 'auto', padding: tokens.spacingHorizontalS, width: '220px' },
  main: { overflow: 'auto', padding: tokens.spacingHorizontalXL, outlineStyle: 'none' },
  narrowMain: { padding: tokens.spacingHorizontalM, gridColumn: '1 / -1' },
  skip: {
    position: 'absolute',
    left: '-999px',
    ':focus': {
      left: tokens.spacingHorizontalM,
      top: tokens.spacingVerticalXS,
      zIndex: 1,
    },
  },
});

export function Shell() {
  const styles = useStyles();
  const { t } = useTranslation();
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  const isOfHost = useMay('organizations');
  const hasPhone = useIsPhoneStarted();
  const { pathname } = useLocation();
  const { targetDocument } = useFluent();
  return (
    <div className={styles.frame}>
      <header className={styles.bar}>
        <Button className={styles.skip} onClick={() => targetDocument?.getElementById('main')?.focus()}>
          {t('common:skipToContent')}
        </Button>
        {isNarrow && (
          <Button
            appearance="transparent"
            className={styles.onBar}
            icon={<NavigationRegular />}
            aria-label={t('common:navigation')}
            onClick={() => setOpen(true)}
          />
        )}
        <Text size={400} weight="semibold" className={styles.name}>
          Huntline
        </Text>
        {isOfHost && <OrganizationPicker />}
        <PersonMenu />
      </header>
      {isNarrow ? (
        <Suspense fallback={null}>
          <NavigationDrawer isOpen={isOpen} onChange={setOpen} />
        </Suspense>
      ) : (
        <div className={styles.side}>
          <Navigation />
        </div>
      )}
      <main id="main" tabIndex={-1} className={mergeClasses(styles.main, isNarrow && styles.narrowMain)}>
        <HealthBanner />
        <Suspense key={pathname.split('/')[1]} fallback={<Spinner label={t('common:loading')} />}>
          <Outlet />
        </Suspense>
      </main>
      {hasPhone && (
        <Suspense fallback={null}>
          <CallBar />
        </Suspense>
      )}
    </div>
  );
}
