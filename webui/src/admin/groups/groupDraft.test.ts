import { expect, test } from 'vitest';
import { draftOf, formOf, isPerson, NEW_GROUP } from './groupDraft';

const SALES = {
  id: 'g1',
  name: 'Sales',
  kind: 'security-group',
  members: ['amal@contoso.com', 'Night shift'],
  caller_id_policy: 'Desk',
  caller_id_rank: 3,
  external_id: null,
  mail: 'sales@contoso.com',
} as const;

test('what is stored, sent whole, is what was stored', () => {
  const { id, external_id, ...stored } = SALES;
  expect(formOf(draftOf({ ...SALES, members: [...SALES.members] }))).toEqual(stored);
});

test('a rank goes with its policy', () => {
  expect(formOf({ ...NEW_GROUP, caller_id_rank: '3' }).caller_id_rank).toBeNull();
});

test('members are people or groups', () => {
  expect(SALES.members.map(isPerson)).toEqual([true, false]);
});
