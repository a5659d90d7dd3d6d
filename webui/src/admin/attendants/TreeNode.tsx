/** A node of the flow as it is drawn: a line in words, which unfolds what changes it; and what comes after it. */

import { makeStyles, mergeClasses, shorthands, Text, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular, type FluentIcon } from '@fluentui/react-icons';
import { type ReactNode, useState } from 'react';
import { anchorOf } from '~/admin/parts/anchors';
import { FindingNotes } from '~/admin/parts/FindingNotes';
import { useFieldsScope } from '~/admin/parts/fields';
import type { Finding } from '~/admin/parts/findings';

const LINE = tokens.colorNeutralStroke1;
const MIDDLE = '18px'; // of a line

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: 'none', display: 'flex', flexDirection: 'column' },
  item: {
    position: 'relative',
    minWidth: 0,
    paddingBlock: '2px',
    paddingInlineStart: '26px',
    '@media (max-width: 760px)': { paddingInlineStart: '16px' },
    // The trunk, which ends at the last branch, and the branch.
    '::before': {
      content: '""',
      position: 'absolute',
      insetInlineStart: '8px',
      top: 0,
      bottom: 0,
      width: '1px',
      backgroundColor: LINE,
    },
    ':last-child::before': { bottom: 'auto', height: MIDDLE },
    '::after': {
      content: '""',
      position: 'absolute',
      insetInlineStart: '8px',
      top: MIDDLE,
      width: '14px',
      height: '1px',
      backgroundColor: LINE,
      '@media (max-width: 760px)': { width: '6px' },
    },
  },
  root: { paddingInlineStart: 0, '::before': { content: 'none' }, '::after': { content: 'none' } },
  node: { borderRadius: tokens.borderRadiusMedium, minWidth: 0, scrollMarginTop: tokens.spacingVerticalXXL },
  opened: { backgroundColor: tokens.colorNeutralBackground2 },
  line: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    width: '100%',
    minHeight: '32px',
    boxSizing: 'border-box',
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    ...shorthands.borderStyle('none'),
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: 'transparent',
    color: tokens.colorNeutralForeground1,
    fontFamily: 'inherit',
    fontSize: 'inherit',
    textAlign: 'start',
  },
  pressable: { cursor: 'pointer', ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover } },
  sign: { display: 'flex', flexShrink: 0, fontSize: '18px', color: tokens.colorBrandForeground1 },
  key: {
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    minWidth: '24px',
    height: '24px',
    boxSizing: 'border-box',
    border: `1px solid ${tokens.colorNeutralStrokeAccessible}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    fontSize: tokens.fontSizeBase300,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  words: { flexGrow: 1, minWidth: 0, overflowWrap: 'anywhere' },
  detail: { color: tokens.colorNeutralForeground2 },
  chevron: { display: 'flex', flexShrink: 0, color: tokens.colorNeutralForeground2 },
  editor: {
    ...shorthands.borderStyle('none'),
    margin: 0,
    minWidth: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalM}`,
  },
  notes: { paddingInline: tokens.spacingHorizontalS },
});

export function Tree({ label, children }: { readonly label?: string; readonly children: ReactNode }) {
  const styles = useStyles();
  return (
    <ul className={styles.list} {...(label !== undefined && { 'aria-label': label })}>
      {children}
    </ul>
  );
}

/** A place in the tree with something of its own in it. */
export function TreeLeaf({ children }: { readonly children: ReactNode }) {
  const styles = useStyles();
  return <li className={styles.item}>{children}</li>;
}

interface Props {
  readonly icon?: FluentIcon;
  /** The key that leads here, in the place of an icon. */
  readonly keyName?: string;
  /** What it is. */
  readonly title: string;
  /** What is set. */
  readonly words?: ReactNode;
  /** Settings whose problems are told in the editor; the first is where links lead. */
  readonly settings?: readonly string[];
  readonly findings?: readonly Finding[];
  /** What changes it; without one the line cannot be pressed. */
  readonly editor?: ReactNode;
  readonly startsOpen?: boolean;
  readonly isRoot?: boolean;
  /** What comes after it: further nodes. */
  readonly children?: ReactNode;
}

export function TreeNode(props: Props) {
  const { title, settings = [], findings = [], editor, startsOpen = false, isRoot = false, children } = props;
  const styles = useStyles();
  const { problemOf } = useFieldsScope();
  const [isOpen, setOpen] = useState(startsOpen);
  const isWrong = settings.some((setting) => problemOf(setting) !== undefined);
  const isShown = editor !== undefined && (isOpen || isWrong);
  const [anchor] = settings;
  return (
    <li className={mergeClasses(styles.item, isRoot && styles.root)}>
      <div
        className={mergeClasses(styles.node, isShown && styles.opened)}
        {...(anchor !== undefined && { id: anchorOf(anchor) })}
        data-invalid={isWrong || undefined}
      >
        {editor === undefined ? (
          <div className={styles.line}>
            <Line {...props} />
          </div>
        ) : (
          <button
            type="button"
            className={mergeClasses(styles.line, styles.pressable)}
            aria-expanded={isShown}
            onClick={() => setOpen(!isShown)}
          >
            <Line {...props} />
            <span className={styles.chevron}>
              {isShown ? <ChevronDownRegular aria-hidden /> : <ChevronRightRegular aria-hidden />}
            </span>
          </button>
        )}
        {isShown && (
          <fieldset className={styles.editor} aria-label={title}>
            {editor}
          </fieldset>
        )}
        {findings.length > 0 && (
          <div className={styles.notes}>
            <FindingNotes findings={findings} />
          </div>
        )}
      </div>
      {children}
    </li>
  );
}

function Line({ icon: Icon, keyName, title, words }: Props) {
  const styles = useStyles();
  return (
    <>
      {Icon !== undefined && (
        <span className={styles.sign}>
          <Icon aria-hidden />
        </span>
      )}
      {keyName !== undefined && (
        <span className={styles.key} aria-hidden>
          {keyName}
        </span>
      )}
      <span className={styles.words}>
        <Text weight="semibold">{title}</Text>{' '}
        {words !== undefined && <Text className={styles.detail}>{words}</Text>}
      </span>
    </>
  );
}
