/** The navigation on a narrow screen: over the page, and only when it is asked for. */

import { OverlayDrawer } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Navigation } from './Navigation';

interface Props {
  readonly isOpen: boolean;
  readonly onChange: (isOpen: boolean) => void;
}

export default function NavigationDrawer({ isOpen, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <OverlayDrawer
      open={isOpen}
      onOpenChange={(_, { open }) => onChange(open)}
      size="small"
      aria-label={t('common:navigation')}
    >
      <Navigation onChosen={() => onChange(false)} />
    </OverlayDrawer>
  );
}
