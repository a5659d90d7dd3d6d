/** A gentle sound of our own for a queue that needs somebody: two soft tones, made here. */

let context: AudioContext | null = null;

const TONES = [659.3, 523.3]; // Hz: e and c
const LENGTH = 0.45; // s
const LOUDNESS = 0.12;

/** Plays it, where the browser lets the page be heard: it does so after a click in it. */
export async function chime(): Promise<void> {
  context ??= new AudioContext();
  if (context.state === 'suspended') await context.resume();
  TONES.forEach((hertz, place) => {
    if (context !== null) play(context, hertz, context.currentTime + place * LENGTH * 0.6);
  });
}

function play(audio: AudioContext, hertz: number, at: number): void {
  const tone = new OscillatorNode(audio, { frequency: hertz });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + LENGTH);
}
