/** The keypad, loaded when it is wanted: most calls go by without it. */

import { Suspense } from 'react';
import { lazily } from '~/parts/lazily';

const loadKeypad = () => import('./Keypad');

const Keypad = lazily(async () => ({ default: (await loadKeypad()).Keypad }));

/** Have it at hand, before it may be needed while the line to the server is down. */
export function preloadKeypad(): void {
  void loadKeypad();
}

export function LazyKeypad({ onKey }: { readonly onKey: (key: string) => void }) {
  return (
    <Suspense fallback={null}>
      <Keypad onKey={onKey} />
    </Suspense>
  );
}
