import type { TFunction } from 'i18next';
import { expect, test } from 'vitest';
import type { Schemas } from '~/api/client';
import { decibels, megabytes, outlineOf, peaksOf, samplesOf, suffixOf, uploadProblem, usesOf } from './sound';

const t = ((key: string, values?: object) =>
  `${key} ${JSON.stringify(values ?? {})}`) as unknown as TFunction;

function wav(samples: readonly number[], { bits = 16, channels = 1, extra = 0 } = {}): ArrayBuffer {
  const data = new DataView(new ArrayBuffer(44 + extra + 2 * samples.length));
  const put = (place: number, word: string) => {
    for (let at = 0; at < word.length; at++) data.setUint8(place + at, word.charCodeAt(at));
  };
  put(0, 'RIFF');
  put(8, 'WAVE');
  put(12, 'fmt ');
  data.setUint32(16, 16, true);
  data.setUint16(22, channels, true);
  data.setUint16(34, bits, true);
  if (extra > 0) {
    put(36, 'LIST');
    data.setUint32(40, extra - 8, true);
  }
  put(36 + extra, 'data');
  data.setUint32(40 + extra, 2 * samples.length, true);
  samples.forEach((sample, at) => {
    data.setInt16(44 + extra + 2 * at, sample, true);
  });
  return data.buffer;
}

test.each([
  ['hello.wav', 1000, undefined],
  ['HELLO.WAV', 5 * 1024 * 1024, undefined],
  ['song.mp3', 5 * 1024 * 1024 + 1, 'audio:tooLarge'],
  ['program.exe', 1000, 'audio:wrongKind'],
  ['hello', 1000, 'audio:noKind'],
  ['.wav', 1000, 'audio:noKind'],
  ['empty.wma', 0, 'audio:emptyFile'],
  [`${'a'.repeat(97)}.wav`, 1000, 'audio:longName'],
])('%s of %d bytes', (name, size, problem) => {
  const found = uploadProblem({ name, size }, t, 'en');
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

test('a renamed program passes here: only the server looks inside', () => {
  expect(uploadProblem({ name: 'program.wav', size: 9000 }, t, 'en')).toBeUndefined();
  expect(suffixOf('a.b.MP3')).toBe('.mp3');
});

test('sizes and levels as each language writes them', () => {
  expect(megabytes(6.5 * 1024 * 1024, 'en')).toBe('6.5 MB');
  expect(megabytes(6.5 * 1024 * 1024, 'fr').replace(/\s/g, ' ')).toBe('6,5 Mo');
  expect(decibels(-20.25, 'en')).toBe('-20.3 dB');
  expect(decibels(null, 'en')).toBe('–');
});

test('who plays a file, and as what', () => {
  const queues = [
    { name: 'A', greeting: { file: 'x.wav' }, music: { file: 'x.wav' }, messages: [] },
    { name: 'B', greeting: { say: 'x.wav', language: 'en' }, music: null, messages: [{ file: 'x.wav' }] },
    { name: 'C', greeting: null, messages: [{ say: 'x.wav', language: 'en' }] },
  ] as Schemas['QueueView'][];
  expect(usesOf('x.wav', queues).map(({ queue, as }) => `${queue.name} ${as}`)).toEqual([
    'A greeting',
    'A music',
    'B messages',
  ]);
  expect(usesOf('y.wav', queues)).toEqual([]);
});

test('samples of a plain wav file, whatever stands before them', () => {
  expect([...(samplesOf(wav([0, 16384, -32768])) ?? [])]).toEqual([0, 0.5, -1]);
  expect([...(samplesOf(wav([8192], { extra: 26 })) ?? [])]).toEqual([0.25]);
});

test('what is no such file has none', () => {
  expect(samplesOf(new ArrayBuffer(5))).toBeNull();
  expect(samplesOf(new TextEncoder().encode('RIFFxxxxWAVEfmt ').buffer as ArrayBuffer)).toBeNull();
  expect(samplesOf(wav([1], { bits: 8 }))).toBeNull();
  expect(samplesOf(wav([1, 2], { channels: 2 }))).toBeNull();
});

test('the loudest moment of each part counts', () => {
  const samples = Float32Array.from([0.1, -0.5, 0, 0, 1, 0.2]);
  expect(peaksOf(samples, 3).map((peak) => Number(peak.toFixed(2)))).toEqual([0.5, 0, 1]);
  expect(peaksOf(new Float32Array(0), 2)).toEqual([0, 0]);
});

test('the outline is mirrored at the middle, and silence is a line', () => {
  expect(outlineOf([1, 0], 20, 10)).toBe('M5.0 0.0V10.0M15.0 4.5V5.5');
  expect(outlineOf([], 20, 10)).toBe('');
});
