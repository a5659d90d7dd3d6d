/** The filters that the address says, and how to change them. */

import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { addressOf, type Filters, filtersOf } from './filters';

interface ChosenFilters {
  readonly filters: Filters;
  /** Change some; another page than the first only when that is what changes. */
  readonly choose: (change: Partial<Filters>) => void;
}

export function useFilters(): ChosenFilters {
  const [address, setAddress] = useSearchParams();
  const filters = useMemo(() => filtersOf(address), [address]);
  const choose = useCallback(
    (change: Partial<Filters>) =>
      setAddress((before) => addressOf({ ...filtersOf(before), page: 1, ...change })),
    [setAddress],
  );
  return { filters, choose };
}
