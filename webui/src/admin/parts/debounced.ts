/** What somebody types, once they pause. */

import { useEffect, useState } from 'react';

const PAUSE = 200; // ms

export function useDebounced<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
