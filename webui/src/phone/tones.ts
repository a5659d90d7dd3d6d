/** The sounds that the phone makes itself, from arithmetic. Nothing in here does I/O. */

import { alerting, ongoing, type PhoneState } from './state';

export type Tone = 'ring' | 'ringback' | 'test';

interface Note {
  readonly from: number;
  readonly length: number;
  readonly frequencies: readonly number[];
}

interface Melody {
  /** Seconds after which it begins again. */
  readonly length: number;
  readonly notes: readonly Note[];
  readonly loudness: number;
}

const MELODIES: Record<Tone, Melody> = {
  // Two rising calls and a pause: clear of voices, and of the mains' hum.
  ring: {
    length: 3.2,
    loudness: 0.9,
    notes: [0, 0.28, 0.9, 1.18].map((from, index) => ({
      from,
      length: 0.5,
      frequencies: index % 2 === 0 ? [587.33, 880] : [739.99, 1108.73],
    })),
  },
  // What is heard while it rings at the other end (ITU-T E.180, as in France: 440 Hz, 1.5 s on, 3.5 s off).
  ringback: { length: 5, loudness: 0.25, notes: [{ from: 0, length: 1.5, frequencies: [440] }] },
  test: {
    length: 0.9,
    loudness: 0.6,
    notes: [{ from: 0, length: 0.8, frequencies: [523.25, 659.25, 783.99] }],
  },
};

const FADE = 0.015; // seconds: without it a note clicks

/** What is to be heard, and how loud beside what was chosen. */
export interface Sounding {
  readonly tone: Tone;
  readonly loudness: number;
}

const KNOCKING = 0.2; // in the ear of somebody who is speaking

/** What is to be heard in a state. */
export function soundFor(state: PhoneState): Sounding | null {
  const others = ongoing(state);
  if (alerting(state).length > 0) return { tone: 'ring', loudness: others.length > 0 ? KNOCKING : 1 };
  return others.some((call) => call.stage === 'dialling') ? { tone: 'ringback', loudness: 1 } : null;
}

/** One round of a sound, as samples from -1 to 1. */
export function samplesOf(tone: Tone, rate: number): Float32Array<ArrayBuffer> {
  const { length, notes, loudness } = MELODIES[tone];
  const samples = new Float32Array(Math.round(length * rate));
  for (const note of notes) add(samples, note, loudness, rate);
  return samples;
}

function add(samples: Float32Array, note: Note, loudness: number, rate: number): void {
  const count = Math.round(note.length * rate);
  const first = Math.round(note.from * rate);
  for (let index = 0; index < count; index += 1) {
    const at = index / rate;
    const wave = note.frequencies.reduce((sum, each) => sum + Math.sin(2 * Math.PI * each * at), 0);
    const level = Math.min(1, at / FADE, (note.length - at) / FADE);
    const before = samples[first + index];
    // Notes overlap, so each has its half of the room.
    if (before !== undefined)
      samples[first + index] = before + (wave / note.frequencies.length) * level * (loudness / 2);
  }
}
