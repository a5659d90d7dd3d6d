import { expect, test } from 'vitest';
import {
  after,
  alerting,
  consultationFor,
  newCall,
  ongoing,
  type PhoneCall,
  type PhoneState,
  SILENT,
} from './state';

const caller = { name: '', number: '+14255550100' };

function call(id: string, more: Partial<PhoneCall> = {}): PhoneCall {
  return newCall({ id, direction: 'in', stage: 'talking', party: caller, beganAt: 1000, ...more });
}

function withCalls(...calls: PhoneCall[]): PhoneState {
  return { ...SILENT, calls };
}

test('a call begins, changes and ends, and what it was is told until it is put away', () => {
  let state = after(SILENT, { type: 'began', call: call('a', { stage: 'alerting' }) });
  expect(alerting(state).map((each) => each.id)).toEqual(['a']);
  state = after(state, { type: 'changed', id: 'a', change: { stage: 'talking', answeredAt: 3000 } });
  expect(ongoing(state)).toMatchObject([{ id: 'a', answeredAt: 3000 }]);
  state = after(state, { type: 'ended', id: 'a', why: 'hung-up-there', at: 9000 });
  expect(state.calls).toEqual([]);
  expect(state.lastEnded).toMatchObject({
    why: 'hung-up-there',
    at: 9000,
    call: { id: 'a', answeredAt: 3000 },
  });
  expect(after(state, { type: 'put-away' }).lastEnded).toBeNull();
});

test('what is late for a call that is over changes nothing', () => {
  const state = after(withCalls(call('a')), { type: 'ended', id: 'a', why: 'hung-up', at: 1 });
  expect(after(state, { type: 'ended', id: 'a', why: 'failed', at: 2 })).toBe(state);
  expect(after(state, { type: 'changed', id: 'a', change: { isMuted: true } }).calls).toEqual([]);
});

test('a new call puts away what was told of the one before', () => {
  const ended = after(withCalls(call('a')), { type: 'ended', id: 'a', why: 'hung-up', at: 1 });
  expect(after(ended, { type: 'began', call: call('b') }).lastEnded).toBeNull();
});

test('a consultation outlives the call that it was about', () => {
  const state = withCalls(call('a', { isHeld: true }), call('b', { consultsFor: 'a' }));
  expect(consultationFor(state, 'a')?.id).toBe('b');
  const alone = after(state, { type: 'ended', id: 'a', why: 'hung-up-there', at: 1 });
  expect(alone.calls).toMatchObject([{ id: 'b', consultsFor: null }]);
});

test('a refusal is told with its reason until the availability changes', () => {
  const refused = after(SILENT, { type: 'availability', availability: 'refused', problem: 'no listener' });
  expect(refused.problem).toBe('no listener');
  expect(after(refused, { type: 'availability', availability: 'connecting' }).problem).toBeNull();
});

test('a lost microphone is of no interest after the last call', () => {
  const lost = after(withCalls(call('a'), call('b')), { type: 'microphone-lost', isLost: true });
  const one = after(lost, { type: 'ended', id: 'a', why: 'hung-up', at: 1 });
  expect(one.isMicrophoneLost).toBe(true);
  expect(after(one, { type: 'ended', id: 'b', why: 'hung-up', at: 2 }).isMicrophoneLost).toBe(false);
});
