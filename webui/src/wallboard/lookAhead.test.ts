import { expect, test } from 'vitest';
import { expectedOf, warningKindOf } from './lookAhead';

const AT = '2026-11-24T10:20:00Z';

function part(offered: number, service_level: number | null) {
  return { begins_at: AT, offered, service_level, margin: null };
}

test('what is expected counts each part by its calls', () => {
  expect(expectedOf({ parts: [part(8, 1), part(4, 0.25), part(0, null)] })).toEqual({
    calls: 12,
    level: 0.75,
  });
  expect(expectedOf({ parts: [part(0.2, 1), part(0, null)] })).toBeNull();
  expect(expectedOf({ parts: [] })).toBeNull();
});

test.each([
  [2, 3, 'more'],
  [null, 3, 'whoever'],
  [null, 0, 'nobody'],
] as const)('with %s more of %s who could come the sentence is %s', (more_agents, could_come, kind) => {
  expect(warningKindOf({ at: AT, more_agents, could_come })).toBe(kind);
});
