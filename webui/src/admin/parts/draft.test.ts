import { expect, test } from 'vitest';
import { ApiProblem } from '~/api/client';
import { changedFields, changesIn, stillRefused } from './draft';

const base = { name: 'Help Desk', agents: ['a', 'b'], overflow: { action: 'disconnect', target: '' } };

test('what is typed and typed back is no change', () => {
  expect(changedFields(base, { ...base, agents: ['a', 'b'] })).toEqual([]);
});

test('another order is a change, and only what changed is sent', () => {
  const draft = { ...base, name: 'Sales', agents: ['b', 'a'] };
  expect(changedFields(base, draft)).toEqual(['name', 'agents']);
  expect(changesIn(base, draft)).toEqual({ name: 'Sales', agents: ['b', 'a'] });
});

test('a refusal stands beside its setting until that is another one', () => {
  const problem = new ApiProblem(422, 'settings-refused', 'no', [
    { field: 'overflow.target', value: 'x', allowed: 'must be somebody' },
    { field: 'agents[1]', value: 'b', allowed: 'there is no user b' },
  ]);
  const refusal = { problem, sent: base };
  expect(stillRefused(refusal, base, 'overflow')).toBe('must be somebody');
  expect(stillRefused(refusal, { ...base, name: 'Sales' }, 'overflow.target')).toBe('must be somebody');
  expect(stillRefused(refusal, { ...base, agents: ['a'] }, 'agents')).toBeUndefined();
  expect(stillRefused(refusal, base, 'agents[1]')).toBe('there is no user b');
  expect(stillRefused(refusal, { ...base, agents: ['a'] }, 'agents[1]')).toBeUndefined();
  expect(stillRefused(null, base, 'agents')).toBeUndefined();
});
