/**
 * The phone in this page: one for the whole page, however its areas come and go.
 *
 * What it is doing is `now()`, plain data; what it can do are its methods, which return at once and are calm
 * when what they are about is over.
 */

import { PhoneCalls } from './calls';
import { chosen, whenChosen } from './choices';
import { setStarted } from './isStarted';
import { whenMicrophonesChange } from './microphone';
import { type Owner, Reachability } from './reachability';
import { CallsOverReload } from './reload';
import type { Party, PhoneState } from './state';
import { PhoneStore } from './store';
import { domainOf, targetOf } from './target';

export class Phone {
  private readonly store = new PhoneStore();
  private readonly calls = new PhoneCalls(this.store, {
    onChange: () => this.overReload.save(),
    onNoMicrophone: (error) => this.reachability.microphoneFailed(error),
    onLastEnded: () => this.reachability.lastCallEnded(),
    onDeaf: (id) => {
      const { registration } = this.reachability;
      if (registration !== null) void this.calls.beginAnew(registration, id);
    },
  });
  private readonly overReload = new CallsOverReload(this.store, this.calls);
  private readonly reachability = new Reachability(this.store, this.calls, this.overReload);
  private owner: Owner | null = null;
  private stopListening: readonly (() => void)[] = [];
  private used = chosen();

  readonly now = (): PhoneState => this.store.now();

  readonly subscribe = this.store.subscribe;

  /** Begin for somebody; false, and nothing happens, when it is theirs already. */
  start(owner: Owner): boolean {
    if (this.owner?.user === owner.user) return false;
    this.stop();
    this.owner = owner;
    this.overReload.start(owner.user);
    window.addEventListener('pagehide', this.overReload.save);
    this.stopListening = [
      whenChosen(() => this.choicesChanged()),
      whenMicrophonesChange(() => void this.reachability.microphonesChanged()),
      () => window.removeEventListener('pagehide', this.overReload.save),
    ];
    if (chosen().isOn) this.reachability.switchOn(owner);
    setStarted(true);
    return true;
  }

  /** End everything: whose phone it was has signed out. */
  stop(): void {
    for (const each of this.stopListening) each();
    this.stopListening = [];
    this.reachability.switchOff();
    this.owner = null;
    this.overReload.stop();
    this.store.silence();
    setStarted(false);
  }

  /** Try again now, after the person has done something about what was missing. */
  readonly retry = (): void => this.reachability.retry();

  /** The server may be back: try now what is due later. */
  readonly reconnect = (): void => this.reachability.registration?.reconnect();

  /** Have the phone in this tab, not in the other one. */
  readonly useHere = (): void => this.reachability.useHere();

  readonly accept = (id: string): Promise<void> => this.calls.accept(id);

  readonly hangUp = (id: string): void => {
    if (!this.calls.hangUp(id)) this.overReload.drop('hung-up');
  };

  readonly setMuted = (id: string, isMuted: boolean): void => this.calls.setMuted(id, isMuted);

  /** Hold a call, or go on with it; only one is spoken in at a time. */
  readonly setHeld = (id: string, isHeld: boolean): void => this.calls.setHeld(id, isHeld);

  readonly press = (id: string, key: string): void => this.calls.press(id, key);

  /** The SIP address that a text would call, null when it is none. */
  readonly targetOf = (text: string): string | null =>
    targetOf(text, domainOf(this.reachability.registration?.uri ?? ''));

  /** Call somebody, perhaps to ask them about another call, which is held meanwhile. */
  readonly call = async (target: string, party: Party, consultsFor: string | null = null): Promise<void> => {
    const { registration } = this.reachability;
    if (registration !== null) await this.calls.call(registration, target, party, consultsFor);
  };

  /** Hand a call on to `target` without asking. */
  readonly transfer = (id: string, target: string, name: string): void =>
    this.calls.transfer(id, target, name);

  /** Hand a call on to whom the consultation about it is with. */
  readonly completeTransfer = (id: string): void => this.calls.completeTransfer(id);

  /** End a consultation, and go on with the call that it was about. */
  readonly endConsultation = (id: string): void => {
    const about = this.now().calls.find((call) => call.id === id)?.consultsFor;
    this.hangUp(id);
    if (about !== undefined && about !== null) this.setHeld(about, false);
  };

  /** No longer tell of the call that is over. */
  readonly putAway = (): void => this.store.tell({ type: 'put-away' });

  /** Let the ring tone be heard once. */
  readonly test = (tone: 'ring' | 'test', device: string | null): void => this.store.play(tone, device);

  private choicesChanged(): void {
    const before = this.used;
    const { isOn, microphone, speaker } = chosen();
    this.used = chosen();
    if (isOn && this.owner !== null) this.reachability.switchOn(this.owner);
    else if (before.isOn) this.reachability.switchOff();
    if (speaker !== before.speaker) this.calls.hearOn(speaker);
    if (microphone !== before.microphone) void this.calls.speakInto(microphone);
  }
}

export const phone = new Phone();
