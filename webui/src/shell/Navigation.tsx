/** The areas that somebody may go to. */

import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useSession } from '~/api/session';
import { areasFor } from './areas';

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXS,
    margin: 0,
    padding: tokens.spacingHorizontalS,
    listStyleType: 'none',
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    fontSize: tokens.fontSizeBase300,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  here: { backgroundColor: tokens.colorNeutralBackground1Selected, color: tokens.colorBrandForeground2 },
  icon: { fontSize: '20px', display: 'flex' },
});

export function Navigation({ onChosen }: { readonly onChosen?: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const areas = areasFor(useSession());
  return (
    <nav aria-label={t('common:navigation')}>
      <ul className={styles.list}>
        {areas.map(({ path, name, icon: Icon }) => (
          <li key={path}>
            <NavLink
              to={path}
              {...(onChosen === undefined ? {} : { onClick: onChosen })}
              className={({ isActive }) => mergeClasses(styles.link, isActive && styles.here)}
            >
              <span className={styles.icon}>
                <Icon aria-hidden />
              </span>
              <Text>{t(`common:nav.${name}`)}</Text>
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
