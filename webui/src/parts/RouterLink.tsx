/** A link to another of the pages. */

import { Link } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useHref, useLinkClickHandler } from 'react-router';

export function RouterLink({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return (
    <Link href={useHref(to)} onClick={useLinkClickHandler<HTMLAnchorElement>(to)}>
      {children}
    </Link>
  );
}
