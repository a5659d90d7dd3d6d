/** Light and dark, as the system has it unless somebody chose. */

import {
  createDOMRenderer,
  FluentProvider,
  RendererProvider,
  webDarkTheme,
  webLightTheme,
} from '@fluentui/react-components';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

export type ColourScheme = 'light' | 'dark' | 'system';

const KEPT = 'huntline.colours';
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

function kept(): ColourScheme {
  const scheme = localStorage.getItem(KEPT);
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

/** Everything inside is drawn in the colours in force. */
export function Theme({ children }: { readonly children: ReactNode }) {
  const [scheme, setScheme] = useState(kept);
  const isSystemDark = useDarkSystem();
  const isDark = scheme === 'system' ? isSystemDark : scheme === 'dark';
  const choice = useMemo(
    () => ({
      scheme,
      isDark,
      choose: (wanted: ColourScheme) => {
        localStorage.setItem(KEPT, wanted);
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
      <FluentProvider theme={isDark ? webDarkTheme : webLightTheme}>
        <ThemeChoice value={choice}>{children}</ThemeChoice>
      </FluentProvider>
    </RendererProvider>
  );
}
