/** What a new user gets besides: an account with a password that is shown this once, and queues. */

import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Editing } from '~/admin/parts/editing';
import { ControlGroup, Setting, SwitchSetting } from '~/admin/parts/fields';
import { QueueTags } from '~/admin/parts/QueueTags';
import { SecretInput } from '~/admin/parts/SecretInput';
import { Section } from '~/admin/parts/Section';
import { useSay } from '~/parts/toasts';
import type { NewUserDraft } from './userDraft';

const useStyles = makeStyles({
  password: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  input: { flexGrow: 1, maxWidth: '440px' },
});

interface Props {
  readonly editing: Editing<NewUserDraft>;
  readonly mayManageAccounts: boolean;
}

export function NewSignIn({ editing: { draft, set }, mayManageAccounts }: Props) {
  const { t } = useTranslation('users');
  return (
    <>
      {mayManageAccounts && (
        <Section title={t('users:signIn')} about={t('users:signInAbout')}>
          <SwitchSetting
            name="may_sign_in"
            label={t('users:settings.may_sign_in')}
            isOn={draft.may_sign_in}
            onChange={(may_sign_in) => set({ may_sign_in })}
          />
          {draft.may_sign_in && (
            <Password upn={draft.upn} value={draft.password} onType={(password) => set({ password })} />
          )}
        </Section>
      )}
      <Section title={t('users:queues')}>
        <Setting name="queues" label={t('users:settings.queues')} hint={t('users:hint.queues')}>
          <QueueTags label={t('users:queues')} queues={draft.queues} onChange={(queues) => set({ queues })} />
        </Setting>
      </Section>
    </>
  );
}

interface PasswordProps {
  readonly upn: string;
  readonly value: string;
  readonly onType: (value: string) => void;
}

function Password({ upn, value, onType }: PasswordProps) {
  const styles = useStyles();
  const { t } = useTranslation('users');
  const say = useSay();
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    say.done(t('users:copied'));
  };
  return (
    <>
      {!upn.startsWith('@') && <Text>{t('users:signInName', { upn })}</Text>}
      <Setting name="password" label={t('users:settings.password')} hint={t('users:hint.password')}>
        <ControlGroup className={styles.password}>
          <SecretInput
            aria-label={t('users:settings.password')}
            className={styles.input}
            value={value}
            onType={onType}
          />
          {/* Browsers let only pages that come by https copy by themselves. */}
          {window.isSecureContext && (
            <Button icon={<CopyRegular />} onClick={() => void copy()}>
              {t('users:copyPassword')}
            </Button>
          )}
        </ControlGroup>
      </Setting>
    </>
  );
}
