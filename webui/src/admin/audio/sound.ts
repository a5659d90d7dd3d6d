/** What the pages know of sounds before and after the server has heard them. Nothing in here does I/O. */

import type { TFunction } from 'i18next';
import type { Schemas } from '~/api/client';
import { LONGEST_FILE_NAME } from '~/api/numbers';

export const MAX_BYTES = 5 * 1024 * 1024;
export const SUFFIXES = ['.wav', '.mp3', '.wma'] as const;

type QueueView = Schemas['QueueView'];

export function suffixOf(name: string): string {
  const place = name.lastIndexOf('.');
  return place > 0 ? name.slice(place).toLowerCase() : '';
}

/** What is wrong with a file before it is sent; whether it can be decoded is for the server to say. */
export function uploadProblem(
  { name, size }: { readonly name: string; readonly size: number },
  t: TFunction,
  language: string,
): string | undefined {
  const suffix = suffixOf(name);
  if (!SUFFIXES.some((each) => each === suffix))
    return suffix ? t('audio:wrongKind', { name, suffix }) : t('audio:noKind', { name });
  if (size > MAX_BYTES) return t('audio:tooLarge', { name, size: megabytes(size, language) });
  if (size === 0) return t('audio:emptyFile', { name });
  const count = [...name].length;
  if (count > LONGEST_FILE_NAME) return t('audio:longName', { longest: LONGEST_FILE_NAME, count });
  return undefined;
}

/** `6291456` is `6 MB`, in the language's own way to write it. */
export function megabytes(bytes: number, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  }).format(bytes / (1024 * 1024));
}

export function decibels(level: number | null, language: string): string {
  return level === null
    ? '–'
    : `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(level)} dB`;
}

/** The settings of a queue that may be files of the library. */
const SOUNDS = [
  'greeting',
  'music',
  'overflow_prompt',
  'timeout_prompt',
  'no_agents_prompt',
  'disconnect_prompt',
] as const;

export interface Use {
  readonly queue: QueueView;
  readonly as: (typeof SOUNDS)[number] | 'messages';
}

/** Which queues play a file of the library, and as what. */
export function usesOf(name: string, queues: readonly QueueView[]): readonly Use[] {
  return queues.flatMap((queue) => {
    const isIt = (sound: QueueView['greeting']) => sound && 'file' in sound && sound.file === name;
    const playing: Use['as'][] = SOUNDS.filter((setting) => isIt(queue[setting]));
    if (queue.messages.some(isIt)) playing.push('messages');
    return playing.map((as) => ({ queue, as }));
  });
}

/** The samples of a .wav file with 16 bits and one channel, -1 to 1; null when it is another. */
export function samplesOf(wav: ArrayBuffer): Float32Array | null {
  const view = new DataView(wav);
  if (wav.byteLength < 12 || text(view, 0) !== 'RIFF' || text(view, 8) !== 'WAVE') return null;
  let place = 12;
  let isPlain = false;
  while (place + 8 <= wav.byteLength) {
    const size = view.getUint32(place + 4, true);
    const content = place + 8;
    if (text(view, place) === 'fmt ' && content + 16 <= wav.byteLength)
      isPlain = view.getUint16(content + 2, true) === 1 && view.getUint16(content + 14, true) === 16;
    if (text(view, place) === 'data') {
      if (!isPlain) return null;
      const count = Math.floor(Math.min(size, wav.byteLength - content) / 2);
      return Float32Array.from({ length: count }, (_, at) => view.getInt16(content + 2 * at, true) / 32_768);
    }
    place = content + size + (size % 2);
  }
  return null;
}

function text(view: DataView, place: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(place + offset)));
}

/** The loudest moment (0 to 1) of each of so many equal parts. */
export function peaksOf(samples: Float32Array, parts: number): number[] {
  const peaks = new Array<number>(parts).fill(0);
  for (let at = 0; at < samples.length; at++) {
    const part = Math.floor((at * parts) / samples.length);
    peaks[part] = Math.max(peaks[part] ?? 0, Math.abs(samples[at] ?? 0));
  }
  return peaks;
}

/** The outline of peaks as an SVG path: `width` by `height`, mirrored at the middle, never quite nothing. */
export function outlineOf(peaks: readonly number[], width: number, height: number): string {
  if (peaks.length === 0) return '';
  const middle = height / 2;
  const step = width / peaks.length;
  const bars = peaks.map((peak, place) => {
    const half = Math.max(peak * middle, 0.5);
    const x = (place + 0.5) * step;
    return `M${x.toFixed(1)} ${(middle - half).toFixed(1)}V${(middle + half).toFixed(1)}`;
  });
  return bars.join('');
}
