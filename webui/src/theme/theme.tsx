/** Light and dark, as the system has it unless somebody chose. */

import {
  type BadgeState,
  createDOMRenderer,
  FluentProvider,
  makeStyles,
  mergeClasses,
  RendererProvider,
  webDarkTheme,
  webLightTheme,
} from '@fluentui/react-components';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

export type ColourScheme = 'light' | 'dark' | 'system';

const STORAGE_KEY = 'huntline.colours';
const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

// The page's Content-Security-Policy lets only style elements with this nonce in.
const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';
const renderer = createDOMRenderer(document, { styleElementAttributes: { nonce } });

interface Choice {
  readonly scheme: ColourScheme;
  readonly isDark: boolean;
  readonly choose: (scheme: ColourScheme) => void;
}

const ThemeChoice = createContext<Choice>({ scheme: 'system', isDark: false, choose: () => {} });

/** Which colours are shown, and how to choose others. */
export function useColours(): Choice {
  return useContext(ThemeChoice);
}

function savedScheme(): ColourScheme {
  const scheme = localStorage.getItem(STORAGE_KEY);
  return scheme === 'light' || scheme === 'dark' ? scheme : 'system';
}

function useDarkSystem(): boolean {
  const [isDark, setDark] = useState(darkSystem.matches);
  useEffect(() => {
    const follow = (event: MediaQueryListEvent) => setDark(event.matches);
    darkSystem.addEventListener('change', follow);
    return () => darkSystem.removeEventListener('change', follow);
  }, []);
  return isDark;
}

const useBadgeStyles = makeStyles({
  // Where a word is too long for its place the badge is higher, not cut.
  root: { height: 'auto', minHeight: '20px', maxWidth: '100%', overflowWrap: 'normal' },
  large: { minHeight: '24px' },
});

const CUSTOM_STYLES = {
  useBadgeStyles_unstable(state: unknown) {
    const styles = useBadgeStyles();
    const { root, size } = state as BadgeState;
    root.className = mergeClasses(root.className, styles.root, size === 'large' && styles.large);
  },
};

/** Everything inside is drawn in the colours in force. */
export function Theme({ children }: { readonly children: ReactNode }) {
  const [scheme, setScheme] = useState(savedScheme);
  const isSystemDark = useDarkSystem();
  const isDark = scheme === 'system' ? isSystemDark : scheme === 'dark';
  const choice = useMemo(
    () => ({
      scheme,
      isDark,
      choose: (wanted: ColourScheme) => {
        localStorage.setItem(STORAGE_KEY, wanted);
        setScheme(wanted);
      },
    }),
    [scheme, isDark],
  );
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? 'dark' : 'light';
    document.body.style.margin = '0';
  }, [isDark]);
  return (
    <RendererProvider renderer={renderer} targetDocument={document}>
      <FluentProvider theme={isDark ? webDarkTheme : webLightTheme} customStyleHooks_unstable={CUSTOM_STYLES}>
        <ThemeChoice value={choice}>{children}</ThemeChoice>
      </FluentProvider>
    </RendererProvider>
  );
}
