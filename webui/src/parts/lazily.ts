/** Parts of the pages that are loaded when they are first shown, though the network may be away for a moment. */

import { lazy } from 'react';

/** Milliseconds before each further attempt. */
const PAUSES = [300, 1_000, 3_000];

/** What `load` brings. A browser gives up all that is on its way when its network changes: it is asked for again. */
export async function patiently<T>(load: () => Promise<T>, pauses: readonly number[] = PAUSES): Promise<T> {
  const [pause, ...further] = pauses;
  try {
    return await load();
  } catch (error) {
    if (pause === undefined) throw error;
    await new Promise((resolve) => setTimeout(resolve, pause));
    return await patiently(load, further);
  }
}

/** A component that is loaded when it is first shown. */
export const lazily: typeof lazy = (load) => lazy(() => patiently(load));
