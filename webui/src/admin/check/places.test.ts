import { expect, test } from 'vitest';
import { nameOf, placeOf } from './places';

test.each([
  ['queue Help Desk', 'queues[0].timeout.target', '/queues/Help%20Desk#timeout'],
  ['queue A/B?', 'queues[1].agents', '/queues/A%2FB%3F#agents'],
  ['queue Sales', 'queues[2]', '/queues/Sales'],
  ['user amal@contoso.com', 'users[0].forward_to', '/users/amal%40contoso.com#forward_to'],
  ['audio hello.wav', 'audio[0]', '/audio/hello.wav'],
  ['number +14255550100', 'numbers[4]', '/numbers/%2B14255550100'],
  ['caller-ID policy Front', 'caller_id_policies[1]', '/caller-id/Front'],
  ['attendant Main menu', 'attendants[0].open.menu', '/attendants/Main%20menu#open'],
  ['organization', 'trunks', '/settings'],
])('%s, %s is at %s', (key, field, place) => {
  expect(placeOf({ key, field })).toBe(place);
});

test('a thing is called by its own name', () => {
  expect(nameOf({ key: 'queue queue' })).toBe('queue');
  expect(nameOf({ key: 'organization' })).toBeNull();
});
