/** A menu with the choices of language and colours; `children` are entries below them. */

import { Menu, MenuList, MenuPopover, type MenuProps, MenuTrigger } from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { choose, LANGUAGES } from '~/i18n';
import { type ColourScheme, useColours } from '~/theme/theme';
import { Choices } from './Choices';

interface Props {
  readonly button: ReactElement;
  readonly children?: ReactNode;
}

export function ChoiceMenu({ button, children }: Props) {
  const { i18n } = useTranslation();
  const colours = useColours();
  const checked = { language: [i18n.language], colours: [colours.scheme] };
  const onChecked: MenuProps['onCheckedValueChange'] = (_, { name, checkedItems: [value] }) => {
    const language = LANGUAGES.find((each) => each === value);
    if (name === 'colours') colours.choose(value as ColourScheme);
    else if (language !== undefined) choose(language);
  };
  return (
    <Menu checkedValues={checked} {...(onChecked && { onCheckedValueChange: onChecked })}>
      <MenuTrigger disableButtonEnhancement>{button}</MenuTrigger>
      <MenuPopover>
        <MenuList>
          <Choices />
          {children}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
