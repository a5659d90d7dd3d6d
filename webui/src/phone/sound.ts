/** Sound out of the page: ring tones on one device, voices on another; and browsers that keep pages silent. */

import { samplesOf, type Tone } from './tones';

/** A context or an element: some browsers let it play on a chosen device. */
type Output = object & { setSinkId?: (id: string) => Promise<void> };

/** Whether this browser can play on a device other than the system's. */
export function canChooseOutput(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

/** Plays a tone over and over, or once, until it is stopped. */
export class Ringer {
  private context: AudioContext | null = null;
  private source: AudioBufferSourceNode | null = null;

  /** `onSilenced` hears whether the browser keeps the tone silent until somebody touches the page. */
  constructor(private readonly onSilenced: (isSilenced: boolean) => void) {}

  play(tone: Tone, volume: number, device: string | null, isOnce = false): void {
    this.stop();
    this.context ??= new AudioContext();
    const { context } = this;
    void playOn(context, device);
    const source = context.createBufferSource();
    const samples = samplesOf(tone, context.sampleRate);
    source.buffer = context.createBuffer(1, samples.length, context.sampleRate);
    source.buffer.copyToChannel(samples, 0);
    source.loop = !isOnce;
    const gain = context.createGain();
    gain.gain.value = volume;
    source.connect(gain).connect(context.destination);
    source.start();
    this.source = source;
    void this.resume();
  }

  stop(): void {
    this.source?.stop();
    this.source?.disconnect();
    this.source = null;
    // A context that runs keeps the sound card awake.
    if (this.context?.state === 'running') void this.context.suspend();
    this.onSilenced(false);
  }

  /** Give everything back. */
  close(): void {
    this.stop();
    void this.context?.close();
    this.context = null;
  }

  private async resume(): Promise<void> {
    const { context, source } = this;
    if (context === null) return;
    const forgets = whenTouched(() => void context.resume());
    this.onSilenced(context.state !== 'running' && !navigator.userActivation?.hasBeenActive);
    await context.resume().catch(() => {});
    forgets();
    if (this.source === source) this.onSilenced(false);
  }
}

/** The voice of the other end of one call. */
export class Voice {
  private readonly element = new Audio();
  private forget: () => void = () => {};

  constructor(private readonly onSilenced: (isSilenced: boolean) => void) {
    this.element.autoplay = true;
  }

  play(stream: MediaStream, device: string | null): void {
    this.element.srcObject = stream;
    this.move(device);
    void this.start();
  }

  /** Play on another device. */
  move(device: string | null): void {
    void playOn(this.element, device);
  }

  close(): void {
    this.forget();
    this.element.pause();
    this.element.srcObject = null;
  }

  private async start(): Promise<void> {
    try {
      await this.element.play();
      this.onSilenced(false);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NotAllowedError') return;
      this.onSilenced(true);
      this.forget = whenTouched(() => void this.start());
    }
  }
}

async function playOn(output: Output, device: string | null): Promise<void> {
  // A device that has been unplugged since: the system's own is better than silence.
  await output.setSinkId?.(device ?? '').catch(() => output.setSinkId?.(''));
}

/** Acts once when somebody clicks or presses a key, which lets a page make sounds; returns how to forget that. */
function whenTouched(act: () => void): () => void {
  const over = new AbortController();
  const once = () => {
    over.abort();
    act();
  };
  for (const kind of ['pointerdown', 'keydown'])
    document.addEventListener(kind, once, { signal: over.signal, capture: true });
  return () => over.abort();
}
