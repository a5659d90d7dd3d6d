/** Removes a thing after asking; a refusal, such as that it is in use, is said in the API's own words. */

import { Button } from '@fluentui/react-components';
import { DeleteRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Confirm } from '~/parts/Confirm';
import { useSay } from '~/parts/toasts';
import { useSettingsChanged } from './settingsChanged';

interface Props {
  /** What is asked: `Remove Help Desk?` */
  readonly title: string;
  readonly remove: () => Promise<unknown>;
  /** Before anything asks for what is gone. */
  readonly onRemoved?: () => void;
  /** Only the sign, with this name for screen readers: for rows of lists. */
  readonly label?: string;
  /** What happens then. */
  readonly children?: ReactNode;
}

export function RemoveButton({ title, remove, onRemoved, label, children }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const [isAsking, setAsking] = useState(false);
  const removing = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      setAsking(false);
      onRemoved?.();
      say.done(t('common:removed'));
      settingsChanged();
    },
  });
  const ask = () => {
    removing.reset();
    setAsking(true);
  };
  return (
    <>
      {label === undefined ? (
        <Button icon={<DeleteRegular />} onClick={ask}>
          {t('common:remove')}
        </Button>
      ) : (
        <Button appearance="subtle" icon={<DeleteRegular />} aria-label={label} onClick={ask} />
      )}
      <Confirm
        isOpen={isAsking}
        title={title}
        action={t('common:remove')}
        isBusy={removing.isPending}
        error={removing.error}
        onConfirm={() => removing.mutate()}
        onCancel={() => setAsking(false)}
      >
        {children}
      </Confirm>
    </>
  );
}
