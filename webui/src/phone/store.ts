/** What the phone is doing, told to whoever listens, and the sound that goes with it. */

import { chosen } from './choices';
import { Ringer } from './sound';
import { type Availability, after, type PhoneEvent, type PhoneState, SILENT } from './state';
import { type Sounding, soundFor, type Tone } from './tones';

export class PhoneStore {
  private state: PhoneState = SILENT;
  private readonly listeners = new Set<() => void>();
  private readonly ringer = new Ringer((isSilenced) => this.tell({ type: 'silenced', isSilenced }));
  private sounding: Sounding | null = null;

  readonly now = (): PhoneState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Something happened: the state changes, and with it what is heard. */
  tell(event: PhoneEvent): void {
    const before = this.state;
    this.state = after(before, event);
    if (this.state === before) return;
    this.sound();
    for (const listener of this.listeners) listener();
  }

  /** Whether calls can reach the page has changed; `problem` is what the server said. */
  setAvailability(availability: Availability, problem: unknown = null): void {
    this.tell({ type: 'availability', availability, problem });
  }

  /** Let a tone be heard once, on a device. */
  play(tone: Tone, device: string | null): void {
    this.ringer.play(tone, chosen().ringVolume, device, true);
  }

  /** No sound any more, until there is a reason for one again. */
  silence(): void {
    this.ringer.close();
  }

  private sound(): void {
    const wanted = soundFor(this.state);
    if (wanted?.tone === this.sounding?.tone && wanted?.loudness === this.sounding?.loudness) return;
    this.sounding = wanted;
    const { ringVolume, ringer, speaker } = chosen();
    if (wanted === null) this.ringer.stop();
    else if (wanted.tone === 'ring') this.ringer.play('ring', ringVolume * wanted.loudness, ringer);
    else this.ringer.play(wanted.tone, wanted.loudness, speaker);
  }
}
