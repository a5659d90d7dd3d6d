/** The twelve keys of a telephone. */

import { Button, Caption2, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

const KEYS: readonly (readonly [key: string, letters: string])[] = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
];

const useStyles = makeStyles({
  pad: {
    display: 'grid',
    gridTemplateColumns: 'repeat(3, minmax(0, 84px))',
    gap: tokens.spacingHorizontalS,
    justifyContent: 'center',
    margin: 0,
    padding: 0,
    border: 'none',
  },
  key: { minWidth: 0, minHeight: '48px', flexDirection: 'column' },
});

export function Keypad({ onKey }: { readonly onKey: (key: string) => void }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  return (
    <fieldset className={styles.pad} aria-label={t('agent:call.keypad')}>
      {KEYS.map(([key, letters]) => (
        <Button key={key} className={styles.key} onClick={() => onKey(key)}>
          <Text size={400} weight="semibold">
            {key}
          </Text>
          <Caption2>{letters || '\u00a0'}</Caption2>
        </Button>
      ))}
    </fieldset>
  );
}
