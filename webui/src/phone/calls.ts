/** The calls of the phone in this page, each with its session and its sound. */

import { chosen } from './choices';
import type { SipIncoming, SipSession } from './jssip';
import { captured, release } from './microphone';
import type { Registration } from './registration';
import { type Dialog, replaces, type SavedCall } from './savedCalls';
import { type Header, ringOf } from './sipHeaders';
import { consultationFor, type Ending, newCall, ongoing, type Party, type PhoneCall } from './state';
import type { PhoneStore } from './store';
import { PEER_CONNECTION, Talk } from './talk';

export interface CallsListener {
  /** A call has changed, or is over. */
  readonly onChange: () => void;
  /** There is no microphone for a call; `error` is the browser's. */
  readonly onNoMicrophone: (error: unknown) => void;
  /** No call is up any more. */
  readonly onLastEnded: () => void;
  /** A call is up, and nothing is heard in it until it has another session. */
  readonly onDeaf: (id: string) => void;
}

export class PhoneCalls {
  private readonly talks = new Map<string, Talk>();

  constructor(
    private readonly store: PhoneStore,
    private readonly listener: CallsListener,
  ) {}

  /** Whether any call has a session. */
  get isAnyUp(): boolean {
    return this.talks.size > 0;
  }

  /** The dialog of a call, null before it has one. */
  dialogOf(id: string): Dialog | null {
    return this.talks.get(id)?.dialog ?? null;
  }

  /** Whether the call has a session here, so that it was told to end. */
  hangUp(id: string): boolean {
    const talk = this.talks.get(id);
    talk?.hangUp();
    return talk !== undefined;
  }

  hangUpAll(): void {
    for (const talk of [...this.talks.values()]) talk.hangUp();
  }

  async accept(id: string): Promise<void> {
    const talk = this.talks.get(id);
    if (talk === undefined || this.callOf(id)?.stage !== 'alerting') return;
    this.change(id, { stage: 'connecting' });
    this.holdOthers(id);
    const stream = await this.capture(id);
    if (stream !== null) talk.answer(stream);
  }

  setMuted(id: string, isMuted: boolean): void {
    this.talks.get(id)?.setMuted(isMuted);
  }

  /** Hold a call, or go on with it; only one is spoken in at a time. */
  setHeld(id: string, isHeld: boolean): void {
    if (!isHeld) this.holdOthers(id);
    this.talks.get(id)?.setHeld(isHeld);
  }

  press(id: string, key: string): void {
    this.talks.get(id)?.press(key);
  }

  /** Call somebody, perhaps to ask them about another call, which is held meanwhile. */
  async call(
    registration: Registration,
    target: string,
    party: Party,
    consultsFor: string | null,
  ): Promise<void> {
    this.holdOthers(null);
    const id = crypto.randomUUID();
    this.store.tell({
      type: 'began',
      call: newCall({ id, direction: 'out', stage: 'dialling', party, beganAt: Date.now(), consultsFor }),
    });
    await this.place(registration, id, target, []);
  }

  /** Give a call that is shown a session of its own, with more headers in its INVITE. */
  async place(registration: Registration, id: string, target: string, headers: string[]): Promise<void> {
    const stream = await this.capture(id);
    if (stream === null) return;
    const call = this.callOf(id);
    if (registration.isClosed || call === undefined) {
      release(stream);
      this.over(id, 'connection-lost');
      return;
    }
    const session = registration.call(target, {
      mediaStream: stream,
      pcConfig: PEER_CONNECTION,
      extraHeaders: headers,
    });
    const talk = this.follow(id, session);
    talk.use(stream);
    if (call.isMuted) talk.setMuted(true);
  }

  /** Go on with a call that is shown in a session of its own, in the place of `dialog` (RFC 3891). */
  async takeOver(registration: Registration, { dialog, call }: SavedCall): Promise<void> {
    if (registration.uri === null) return;
    await this.place(registration, call.id, registration.uri, [`Replaces: ${replaces(dialog)}`]);
    if (call.isHeld) this.setHeld(call.id, true);
  }

  /** The same for one that has a session here. */
  async beginAnew(registration: Registration, id: string): Promise<void> {
    const [call, dialog] = [this.callOf(id), this.dialogOf(id)];
    if (call !== undefined && dialog !== null) await this.takeOver(registration, { dialog, call });
  }

  /** A call comes in. */
  rang(session: SipSession, request: SipIncoming): void {
    const { display_name, uri } = request.from;
    const header: Header = (name) => request.getHeader(name);
    const ring = ringOf(display_name ?? '', decodeURIComponent(uri.user ?? ''), header);
    const id = crypto.randomUUID();
    this.store.tell({
      type: 'began',
      call: newCall({ id, direction: 'in', stage: 'alerting', beganAt: Date.now(), ...ring }),
    });
    this.follow(id, session);
  }

  /** The server rings with this Call-ID: a call that was there goes on. */
  invited(callId: string): void {
    for (const talk of this.talks.values()) if (talk.sipCallId === callId) talk.isThere();
  }

  /** Hand a call on to `target` without asking. */
  transfer(id: string, target: string, name: string): void {
    this.talks.get(id)?.transfer(target, name);
  }

  /** Hand a call on to whom the consultation about it is with. */
  completeTransfer(id: string): void {
    const consultation = consultationFor(this.store.now(), id);
    const [talk, other] = [this.talks.get(id), this.talks.get(consultation?.id ?? '')];
    if (consultation === undefined || talk === undefined || !other?.dialog) return;
    const { name, number } = consultation.party;
    talk.transfer(other.address, name || number, other);
  }

  /** The connection to the server is up again, or down. */
  connected(isConnected: boolean): void {
    for (const talk of this.talks.values()) isConnected ? talk.connectionBack() : talk.connectionLost();
  }

  /** Speak into another microphone in all calls: another was chosen, or the one in use was unplugged. */
  async speakInto(microphone: string | null): Promise<void> {
    try {
      for (const talk of this.talks.values()) await talk.speakInto(microphone);
      this.store.tell({ type: 'microphone-lost', isLost: false });
    } catch {
      this.store.tell({ type: 'microphone-lost', isLost: true });
    }
  }

  /** Hear the other ends on another device. */
  hearOn(speaker: string | null): void {
    for (const talk of this.talks.values()) talk.hearOn(speaker);
  }

  /** A call is over, whether it had a session or not. */
  over(id: string, why: Ending): void {
    this.talks.delete(id);
    this.store.tell({ type: 'ended', id, why, at: Date.now() });
    this.listener.onChange();
    if (!this.isAnyUp) this.listener.onLastEnded();
  }

  private follow(id: string, session: SipSession): Talk {
    // Of a session that another one has taken the place of nothing more is told.
    const isLeft = () => this.talks.get(id) !== talk;
    const talk: Talk = new Talk(session, chosen().speaker, {
      onChange: (change) => isLeft() || this.change(id, change),
      onEnd: (why) => isLeft() || this.over(id, why),
      onDeaf: () => isLeft() || this.listener.onDeaf(id),
      onSilenced: (isSilenced) => this.store.tell({ type: 'silenced', isSilenced }),
      onMicrophoneLost: () => void this.speakInto(null),
      isConnected: () => this.store.now().isConnected,
    });
    this.talks.set(id, talk);
    if (!this.store.now().isConnected) talk.connectionLost();
    return talk;
  }

  /** The sound of the microphone for a call; without any, the call is over. */
  private async capture(id: string): Promise<MediaStream | null> {
    try {
      return await captured(chosen().microphone);
    } catch (error) {
      const talk = this.talks.get(id);
      if (talk === undefined) this.over(id, 'no-microphone');
      else talk.hangUp('no-microphone');
      this.listener.onNoMicrophone(error);
      return null;
    }
  }

  private change(id: string, change: Partial<PhoneCall>): void {
    // A call that goes on after a reload was answered long before.
    const was = this.callOf(id)?.answeredAt ?? null;
    const isAgain = was !== null && change.answeredAt !== undefined;
    this.store.tell({ type: 'changed', id, change: isAgain ? { ...change, answeredAt: was } : change });
    this.listener.onChange();
  }

  private holdOthers(id: string | null): void {
    for (const call of ongoing(this.store.now())) if (call.id !== id) this.talks.get(call.id)?.setHeld(true);
  }

  private callOf(id: string): PhoneCall | undefined {
    return this.store.now().calls.find((call) => call.id === id);
  }
}
