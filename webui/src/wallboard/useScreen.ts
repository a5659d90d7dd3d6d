/** The size of the window, and showing it on the whole screen. */

import { useSyncExternalStore } from 'react';

function onResize(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}

export function useWindowSize(): { readonly width: number; readonly height: number } {
  return {
    width: useSyncExternalStore(onResize, () => window.innerWidth),
    height: useSyncExternalStore(onResize, () => window.innerHeight),
  };
}

function onFullScreen(listener: () => void): () => void {
  document.addEventListener('fullscreenchange', listener);
  return () => document.removeEventListener('fullscreenchange', listener);
}

export function useIsFullScreen(): boolean {
  return useSyncExternalStore(onFullScreen, () => document.fullscreenElement !== null);
}

/** To the whole screen, or back; a browser may refuse. */
export function toggleFullScreen(): void {
  const done =
    document.fullscreenElement === null
      ? document.documentElement.requestFullscreen()
      : document.exitFullscreen();
  done.catch(() => {});
}
