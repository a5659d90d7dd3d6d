/** Who is signed in; their password; the way out. */

import { Button, MenuDivider, MenuItem, makeStyles, tokens } from '@fluentui/react-components';
import { PersonCircleRegular } from '@fluentui/react-icons';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '~/api/client';
import { useSession, useTakeSession } from '~/api/session';
import { lazily } from '~/parts/lazily';
import { ChoiceMenu } from './ChoiceMenu';

const PasswordDialog = lazily(() => import('./PasswordDialog'));

const useStyles = makeStyles({
  button: { color: tokens.colorNeutralForegroundOnBrand },
});

export function PersonMenu() {
  const styles = useStyles();
  const { t } = useTranslation();
  const session = useSession();
  const takeSession = useTakeSession();
  const [isChanging, setChanging] = useState(false);
  const signOut = async () => {
    await api.DELETE('/api/v1/session');
    takeSession(null);
  };
  return (
    <>
      <ChoiceMenu
        button={
          <Button appearance="transparent" className={styles.button} icon={<PersonCircleRegular />}>
            {session.display_name}
          </Button>
        }
      >
        <MenuDivider />
        <MenuItem onClick={() => setChanging(true)}>{t('common:changePassword')}</MenuItem>
        <MenuItem onClick={() => void signOut()}>{t('common:signOut')}</MenuItem>
      </ChoiceMenu>
      <Suspense fallback={null}>
        {isChanging && <PasswordDialog onClose={() => setChanging(false)} />}
      </Suspense>
    </>
  );
}
