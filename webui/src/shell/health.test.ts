import { expect, test } from 'vitest';
import { notWell } from './health';

test('parts that are not well are named, in one order', () => {
  expect(notWell({ disk: false, signalling: true, media: false, database: true })).toEqual(['media', 'disk']);
  expect(notWell({ signalling: true, media: true, database: true, disk: true, load: true })).toEqual([]);
  expect(notWell({ signalling: true, media: true, disk: true, load: false })).toEqual(['load']);
  expect(notWell({ load: true, tolls: false })).toEqual(['tolls']);
  expect(notWell({ load: true, audio: false })).toEqual(['audio']);
  expect(notWell({ tolls: true, trunks: false })).toEqual(['trunks']);
  expect(notWell({ trunks: true, cluster: false })).toEqual(['cluster']);
});

test('what is no answer of the server says nothing', () => {
  for (const answer of [null, 'Bad Gateway', [], { detail: 'x' }]) expect(notWell(answer)).toEqual([]);
});
