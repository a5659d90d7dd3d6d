import { expect, test } from 'vitest';
import { draftOf, formOf, NEW_POLICY } from './policyDraft';

test('a number that is not shown is not kept', () => {
  expect(formOf({ ...NEW_POLICY, service_number: '+14255550100' }).service_number).toBeNull();
  const shown = { ...NEW_POLICY, substitute: 'service', service_number: '+14255550100' } as const;
  expect(formOf(shown).service_number).toBe('+14255550100');
});

test('what is stored comes back as it was', () => {
  const stored = formOf({ ...NEW_POLICY, name: 'Sales', company_name: 'Contoso' });
  expect(formOf(draftOf(stored))).toEqual(stored);
});
