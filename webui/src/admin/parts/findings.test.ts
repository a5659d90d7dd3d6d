import { expect, test } from 'vitest';
import { type Finding, findingsAbout, findingsAt, settingOf, worstOf } from './findings';

function finding(key: string, field: string, severity: Finding['severity'] = 'warning'): Finding {
  return { key, field, severity, id: 'x', text: `${key} ${field}` };
}

const all = [
  finding('queue Sales', 'queues[0].agents'),
  finding('queue Sales', 'queues[0].timeout.target', 'error'),
  finding('queue Sales', 'queues[0]', 'note'),
  finding('queue Help', 'queues[1].agent_limit'),
];

test.each([
  ['queues[12].timeout.target', 'timeout.target'],
  ['queues[0]', ''],
  ['trunks', ''],
  ['caller_id_policies[2]', ''],
  ['users[3].forward_to', 'forward_to'],
])('%s is about the setting %j', (field, setting) => {
  expect(settingOf(field)).toBe(setting);
});

test('findings stand beside their setting, whole things beside the whole', () => {
  const own = findingsAbout(all, 'queue Sales');
  expect(findingsAt(own, 'timeout').map((each) => each.field)).toEqual(['queues[0].timeout.target']);
  expect(findingsAt(own, '').map((each) => each.severity)).toEqual(['note']);
  expect(findingsAt(own, 'agent')).toEqual([]);
});

test('the worst counts', () => {
  expect(worstOf(all)).toBe('error');
  expect(worstOf(all.slice(0, 1))).toBe('warning');
  expect(worstOf([])).toBeNull();
});
