/** Language and colours: entries of a menu, for people who are signed in and for those who are not yet. */

import { MenuDivider, MenuGroup, MenuGroupHeader, MenuItemRadio } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from '~/i18n';

const NAMES = { en: 'English', fr: 'Français' } as const;
const SCHEMES = ['system', 'light', 'dark'] as const;

export function Choices() {
  const { t } = useTranslation();
  return (
    <>
      <MenuGroup>
        <MenuGroupHeader>{t('common:language')}</MenuGroupHeader>
        {LANGUAGES.map((code) => (
          <MenuItemRadio key={code} name="language" value={code} lang={code}>
            {NAMES[code]}
          </MenuItemRadio>
        ))}
      </MenuGroup>
      <MenuDivider />
      <MenuGroup>
        <MenuGroupHeader>{t('common:colours.title')}</MenuGroupHeader>
        {SCHEMES.map((scheme) => (
          <MenuItemRadio key={scheme} name="colours" value={scheme}>
            {t(`common:colours.${scheme}`)}
          </MenuItemRadio>
        ))}
      </MenuGroup>
    </>
  );
}
