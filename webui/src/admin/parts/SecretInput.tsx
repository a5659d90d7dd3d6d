/** A password that is set for somebody else: it can be made up, and is read while it is set. */

import { Button, Input, type InputProps } from '@fluentui/react-components';
import { KeyRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { madeUpPassword } from './secrets';

interface Props extends Omit<InputProps, 'onChange' | 'value'> {
  readonly value: string;
  readonly onType: (value: string) => void;
}

export function SecretInput({ value, onType, ...input }: Props) {
  const { t } = useTranslation('admin');
  return (
    <Input
      {...input}
      value={value}
      autoComplete="off"
      spellCheck={false}
      contentAfter={
        <Button
          appearance="transparent"
          size="small"
          icon={<KeyRegular />}
          aria-label={t('admin:makeUpPassword')}
          title={t('admin:makeUpPassword')}
          onClick={() => onType(madeUpPassword())}
        />
      }
      onChange={(_, data) => onType(data.value)}
    />
  );
}
