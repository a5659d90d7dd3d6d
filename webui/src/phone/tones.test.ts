import { expect, test } from 'vitest';
import { newCall, type PhoneState, SILENT, type Stage } from './state';
import { samplesOf, soundFor, type Tone } from './tones';

const RATE = 8000;

test.each<Tone>(['ring', 'ringback', 'test'])('%s is heard, never clips, and ends in silence', (tone) => {
  const samples = samplesOf(tone, RATE);
  const loudest = samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  expect(loudest).toBeGreaterThan(0.1);
  expect(loudest).toBeLessThanOrEqual(1);
  expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.02);
  expect(samples[0]).toBe(0);
});

test('what is heard while it rings there is 440 Hz, and then nothing', () => {
  const samples = samplesOf('ringback', RATE);
  const crossings = samples
    .slice(0, RATE)
    .filter((each, index) => index > 0 && each * (samples[index - 1] ?? 0) < 0);
  expect(crossings.length).toBeGreaterThan(860);
  expect(crossings.length).toBeLessThan(900);
  expect(samples.slice(2 * RATE).every((each) => each === 0)).toBe(true);
});

function withStages(...stages: Stage[]): PhoneState {
  const party = { name: 'Bao', number: 'bao' };
  const calls = stages.map((stage) => newCall({ id: stage, direction: 'in', stage, party, beganAt: 0 }));
  return { ...SILENT, calls };
}

test('it rings for a call, quietly beside another one, and not at all without', () => {
  expect(soundFor(withStages('alerting'))).toEqual({ tone: 'ring', loudness: 1 });
  expect(soundFor(withStages('talking', 'alerting'))?.loudness).toBeLessThan(0.5);
  expect(soundFor(withStages('talking', 'dialling'))?.tone).toBe('ringback');
  expect(soundFor(withStages('talking'))).toBeNull();
  expect(soundFor(SILENT)).toBeNull();
});
