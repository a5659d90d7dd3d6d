/** What the organization has once, who may sign in, and of the host which organizations there are. */

import { makeStyles, Tab, TabList } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Navigate, Route, Routes, useLocation, useNavigate } from 'react-router';
import { AccountsPage } from '~/admin/accounts/AccountsPage';
import { type Permission, useSession } from '~/api/session';
import { Page } from '~/parts/Page';
import { NotFound } from '~/shell/NotFound';
import { LicencesPage } from './LicencesPage';
import { OrganizationPage } from './OrganizationPage';
import { OrganizationsPage } from './OrganizationsPage';
import { TrunksPage } from './TrunksPage';

interface Part {
  readonly path: string;
  readonly needs: Permission;
}

const PARTS: readonly Part[] = [
  { path: 'organization', needs: 'read-settings' },
  { path: 'licences', needs: 'read-settings' },
  { path: 'trunks', needs: 'read-settings' },
  { path: 'accounts', needs: 'accounts' },
  { path: 'organizations', needs: 'organizations' },
];

const useStyles = makeStyles({ tabs: { flexWrap: 'wrap' } });

export default function SettingsArea() {
  const styles = useStyles();
  const { t } = useTranslation('settings');
  const { permissions } = useSession();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const parts = PARTS.filter(({ needs }) => permissions.includes(needs));
  const here = pathname.split('/')[2] ?? '';
  return (
    <Page title={t('common:nav.settings')}>
      <nav aria-label={t('common:nav.settings')}>
        <TabList
          className={styles.tabs}
          selectedValue={here}
          onTabSelect={(_, { value }) => void navigate(`/settings/${value}`)}
        >
          {parts.map(({ path }) => (
            <Tab key={path} value={path}>
              {t(`settings:parts.${path}`)}
            </Tab>
          ))}
        </TabList>
      </nav>
      <Routes>
        <Route index element={<Navigate to="organization" replace />} />
        <Route path="organization" element={<OrganizationPage />} />
        <Route path="licences" element={<LicencesPage />} />
        <Route path="trunks" element={<TrunksPage />} />
        <Route path="accounts" element={<AccountsPage />} />
        <Route path="organizations" element={<OrganizationsPage />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Page>
  );
}
