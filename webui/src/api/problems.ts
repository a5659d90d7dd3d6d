/** Errors in words. */

import type { TFunction } from 'i18next';
import { ApiProblem } from './client';

/** A sentence that says what went wrong and what to do next. */
export function inWords(error: unknown, t: TFunction): string {
  return error instanceof ApiProblem ? error.message : t('common:unreachable');
}
