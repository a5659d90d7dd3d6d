/** Phones with an account of their own: those that there are, a new one, and its sheet, which is shown once. */

import {
  Badge,
  Body1,
  Button,
  Caption1,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import { AddRegular, MoreHorizontalRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { useSettingsChanged } from '~/admin/parts/settingsChanged';
import { useSay } from '~/parts/toasts';
import { AccountSheet } from './AccountSheet';
import type { NewPhone, PhoneDoor, PhoneView } from './door';
import { makerOf, titleOf } from './families';
import { NewPhoneDialog } from './NewPhoneDialog';

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  phone: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  name: { flexGrow: 1, minWidth: 0, overflowWrap: 'anywhere' },
  detail: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly phones: readonly PhoneView[];
  readonly door: PhoneDoor;
  readonly mayAdd: boolean;
  readonly mayRemove: boolean;
}

export function PhoneList({ phones, door, mayAdd, mayRemove }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('phones');
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<NewPhone | null>(null);
  return (
    <>
      {phones.length === 0 ? (
        <Body1 className={styles.detail}>{t('phones:none')}</Body1>
      ) : (
        <ul className={styles.list} aria-label={t('phones:title')}>
          {phones.map((phone) => (
            <li key={phone.id} className={styles.phone}>
              <Described phone={phone} />
              {mayRemove && <Secrets phone={phone} door={door} onMade={setMade} />}
              {mayRemove && (
                <RemoveButton
                  title={t('phones:removeTitle', { name: titleOf(phone) })}
                  label={t('phones:removeNamed', { name: titleOf(phone) })}
                  remove={() => door.remove(phone)}
                >
                  {t('phones:removeText')}
                </RemoveButton>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayAdd && (
        <div>
          <Button icon={<AddRegular />} onClick={() => setAdding(true)}>
            {t('phones:add')}
          </Button>
        </div>
      )}
      {isAdding && <NewPhoneDialog create={door.create} onMade={setMade} onClose={() => setAdding(false)} />}
      {made !== null && <AccountSheet made={made} onClose={() => setMade(null)} />}
    </>
  );
}

function Described({ phone }: { readonly phone: PhoneView }) {
  const styles = useStyles();
  const { t } = useTranslation('phones');
  const details = [makerOf(phone.family) ?? t('phones:family.other'), phone.mac, phone.username];
  return (
    <span className={styles.name}>
      <Text weight="semibold">{titleOf(phone)}</Text>{' '}
      {phone.has_address && <Badge appearance="tint">{t('phones:fetches')}</Badge>}
      <Caption1 block className={styles.detail}>
        {details.filter((each) => each !== null && each !== titleOf(phone)).join(' · ')}
      </Caption1>
    </span>
  );
}

interface SecretsProps {
  readonly phone: PhoneView;
  readonly door: PhoneDoor;
  readonly onMade: (made: NewPhone) => void;
}

/** What becomes of a phone's password and address. */
function Secrets({ phone, door: { renew, revoke }, onMade }: SecretsProps) {
  const { t } = useTranslation('phones');
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const renewing = useMutation({
    mutationFn: renew ?? (() => Promise.reject(new Error('nobody may renew here'))),
    onSuccess: (made) => {
      settingsChanged();
      onMade(made);
    },
    onError: say.failed,
  });
  const revoking = useMutation({
    mutationFn: revoke ?? (() => Promise.reject(new Error('nobody may revoke here'))),
    onSuccess: () => {
      say.done(t('phones:revoked'));
      settingsChanged();
    },
    onError: say.failed,
  });
  if (renew === undefined) return null;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<MoreHorizontalRegular />}
          aria-label={t('phones:moreNamed', { name: titleOf(phone) })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => renewing.mutate(phone)}>{t('phones:renew')}</MenuItem>
          {phone.has_address && (
            <MenuItem onClick={() => revoking.mutate(phone)}>{t('phones:revoke')}</MenuItem>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
