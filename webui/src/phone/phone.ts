/**
 * The phone in this page: one for the whole page, however its areas come and go.
 *
 * What it is doing is `now()`, plain data; what it can do are its methods, which return at once and are calm
 * when what they are about is over.
 */

import { tellBegun } from './begun';
import { chosen, whenChosen } from './choices';
import type { SipIncoming, SipSession } from './jssip';
import { instanceOf, type KeptCall, keepCalls, keptCalls, LONGEST_ABSENCE, replaces } from './kept';
import type { Credentials, Line } from './line';
import {
  captured,
  findMicrophone,
  microphonePermission,
  release,
  whenMicrophonesChange,
  whyNot,
} from './microphone';
import { OnePhone } from './onephone';
import { type Header, ringOf } from './signs';
import { Ringer } from './sound';
import {
  type Air,
  after,
  begun,
  consultationFor,
  type Ending,
  ongoing,
  type Party,
  type PhoneCall,
  type PhoneEvent,
  type PhoneState,
  SILENT,
} from './state';
import { PEER_CONNECTION, Talk } from './talk';
import { domainOf, targetOf } from './target';
import { type Sounding, soundFor } from './tones';

/** Whose phone it is, and where its credentials come from. */
export interface Owner {
  /** The user's id. */
  readonly user: string;
  readonly lend: () => Promise<Credentials>;
}

export class Phone {
  private state: PhoneState = SILENT;
  private readonly listeners = new Set<() => void>();
  private readonly talks = new Map<string, Talk>();
  private readonly ringer = new Ringer((isSilenced) => this.tell({ type: 'silenced', isSilenced }));
  private sounding: Sounding | null = null;
  private owner: Owner | null = null;
  private one: OnePhone | null = null;
  private line: Line | null = null;
  private isOurs = false;
  /** Calls from before a reload that are still to be taken over. */
  private kept: readonly KeptCall[] = [];
  private forget: readonly (() => void)[] = [];
  private used = chosen();

  readonly now = (): PhoneState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Begin for somebody; false, and nothing happens, when it is theirs already. */
  start(owner: Owner): boolean {
    if (this.owner?.user === owner.user) return false;
    this.stop();
    this.owner = owner;
    this.kept = keptCalls(sessionStorage, owner.user, Date.now());
    this.showKept();
    const leave = () => this.keep();
    window.addEventListener('pagehide', leave);
    this.forget = [
      whenChosen(() => this.chosenAnew()),
      whenMicrophonesChange(() => void this.microphonesChanged()),
      () => window.removeEventListener('pagehide', leave),
    ];
    if (chosen().isOn) this.switchOn();
    tellBegun(true);
    return true;
  }

  /** End everything: whose phone it was has signed out. */
  stop(): void {
    for (const each of this.forget) each();
    this.forget = [];
    this.switchOff();
    this.owner = null;
    this.ringer.close();
    tellBegun(false);
  }

  /** Try again now, after the person has done something about what was missing. */
  readonly retry = (): void => {
    if (this.line !== null) this.reconnect();
    else if (this.isOurs) void this.goOnAir();
  };

  /** The server may be back: try now what is due later. */
  readonly reconnect = (): void => this.line?.reconnect();

  /** Have the phone in this tab, not in the other one. */
  readonly useHere = (): void => this.one?.take();

  readonly accept = async (id: string): Promise<void> => {
    const talk = this.talks.get(id);
    if (talk === undefined || !this.isAlerting(id)) return;
    this.change(id, { stage: 'connecting' });
    this.holdOthers(id);
    const stream = await this.capture(id);
    if (stream !== null) talk.answer(stream);
  };

  readonly hangUp = (id: string): void => {
    const talk = this.talks.get(id);
    if (talk !== undefined) talk.hangUp();
    else this.dropKept('hung-up');
  };

  readonly setMuted = (id: string, isMuted: boolean): void => this.talks.get(id)?.setMuted(isMuted);

  /** Hold a call, or go on with it; only one is spoken in at a time. */
  readonly setHeld = (id: string, isHeld: boolean): void => {
    if (!isHeld) this.holdOthers(id);
    this.talks.get(id)?.setHeld(isHeld);
  };

  readonly press = (id: string, key: string): void => this.talks.get(id)?.press(key);

  /** The SIP address that a text would call, null when it is none. */
  readonly targetOf = (text: string): string | null => targetOf(text, domainOf(this.line?.uri ?? ''));

  /** Call somebody, perhaps to ask them about another call, which is held meanwhile. */
  readonly call = async (target: string, party: Party, consultsFor: string | null = null): Promise<void> => {
    if (this.line === null) return;
    this.holdOthers(null);
    const id = crypto.randomUUID();
    this.tell({
      type: 'began',
      call: begun({ id, direction: 'out', stage: 'dialling', party, beganAt: Date.now(), consultsFor }),
    });
    await this.place(id, target, []);
  };

  /** Hand a call on to `target` without asking. */
  readonly transfer = (id: string, target: string, name: string): void =>
    this.talks.get(id)?.transfer(target, name);

  /** Hand a call on to whom the consultation about it is with. */
  readonly completeTransfer = (id: string): void => {
    const consultation = consultationFor(this.state, id);
    const [talk, other] = [this.talks.get(id), this.talks.get(consultation?.id ?? '')];
    if (consultation === undefined || talk === undefined || !other?.dialog) return;
    const { name, number } = consultation.party;
    talk.transfer(other.address, name || number, other);
  };

  /** End a consultation, and go on with the call that it was about. */
  readonly endConsultation = (id: string): void => {
    const about = this.state.calls.find((call) => call.id === id)?.consultsFor;
    this.hangUp(id);
    if (about !== undefined && about !== null) this.setHeld(about, false);
  };

  /** No longer tell of the call that is over. */
  readonly putAway = (): void => this.tell({ type: 'put-away' });

  /** Let the ring tone be heard once. */
  readonly test = (tone: 'ring' | 'test', device: string | null): void =>
    this.ringer.play(tone, chosen().ringVolume, device, true);

  // -- being on the air

  private switchOn(): void {
    const { owner } = this;
    if (owner === null || this.one !== null) return;
    if (!window.isSecureContext) {
      this.air('insecure');
      return;
    }
    this.one = new OnePhone(owner.user, (isOurs) => this.lent(isOurs));
    // A reload gives the phone away for a moment, and another tab must not keep it from its call.
    if (this.kept.length > 0) this.one.take();
    else void this.one.claim();
  }

  private switchOff(): void {
    this.one?.release();
    this.one = null;
    this.isOurs = false;
    this.dropKept('hung-up');
    this.hangUpAll();
    this.closeLine();
    this.air('off');
  }

  private lent(isOurs: boolean): void {
    this.isOurs = isOurs;
    if (isOurs) {
      void this.goOnAir();
      return;
    }
    this.air('elsewhere');
    // A call that is up here stays here until it is over.
    if (this.talks.size > 0) this.line?.unregister();
    else this.closeLine();
  }

  private async goOnAir(): Promise<void> {
    if (this.line !== null && this.talks.size > 0) {
      this.line.register();
      return;
    }
    this.closeLine();
    if ((await microphonePermission()) !== 'granted') this.air('asking');
    const missing = await findMicrophone(chosen().microphone);
    if (missing === null) await this.openLine();
    else if (this.isOurs) {
      this.air(missing);
      this.dropKept('no-microphone');
    }
  }

  private async openLine(): Promise<void> {
    if (this.isOurs) this.air('connecting');
    // SIP is most of what the page loads, and of no use to who has another phone.
    const sip = await import('./line').catch((problem: unknown) => {
      if (this.isOurs) this.air('refused', problem);
    });
    const { owner } = this;
    if (sip === undefined || owner === null || !this.isOurs || this.line !== null) return;
    this.line = new sip.Line(instanceOf(sessionStorage), owner.lend, {
      onConnected: (isConnected) => this.connected(isConnected),
      onRegistered: () => this.registered(),
      onUnregistered: (why, problem) => {
        if (this.isOurs) this.air(why, problem);
      },
      onRing: (session, request) => this.rang(session, request),
    });
  }

  private closeLine(): void {
    this.line?.close();
    this.line = null;
    this.tell({ type: 'connected', isConnected: false });
  }

  private connected(isConnected: boolean): void {
    this.tell({ type: 'connected', isConnected });
    for (const talk of this.talks.values()) isConnected ? talk.lineBack() : talk.lineLost();
  }

  private registered(): void {
    if (this.isOurs) this.air('on-air');
    void this.takeOver();
  }

  private async microphonesChanged(): Promise<void> {
    const { air } = this.state;
    if (!this.isOurs || this.talks.size > 0) return;
    if (air === 'no-microphone' || air === 'no-permission' || air === 'microphone-busy') {
      // Asking is for when the person wants it.
      if ((await microphonePermission()) !== 'prompt') void this.goOnAir();
    } else if (this.line !== null && (await microphonePermission()) !== 'prompt') {
      const missing = await findMicrophone(chosen().microphone);
      if (missing === null || this.talks.size > 0) return;
      this.closeLine();
      this.air(missing);
    }
  }

  private chosenAnew(): void {
    const before = this.used;
    const { isOn, microphone, speaker } = chosen();
    this.used = chosen();
    if (isOn) this.switchOn();
    else if (before.isOn) this.switchOff();
    if (speaker !== before.speaker) for (const talk of this.talks.values()) talk.hearOn(speaker);
    if (microphone !== before.microphone) void this.speakInto(microphone);
  }

  // -- calls

  private rang(session: SipSession, request: SipIncoming): void {
    const { display_name, uri } = request.from;
    const header: Header = (name) => request.getHeader(name);
    const ring = ringOf(display_name ?? '', decodeURIComponent(uri.user ?? ''), header);
    const id = crypto.randomUUID();
    this.tell({
      type: 'began',
      call: begun({ id, direction: 'in', stage: 'alerting', beganAt: Date.now(), ...ring }),
    });
    this.follow(id, session);
  }

  private async place(id: string, target: string, headers: string[]): Promise<void> {
    const stream = await this.capture(id);
    if (stream === null) return;
    const call = this.state.calls.find((each) => each.id === id);
    if (this.line === null || call === undefined) {
      release(stream);
      this.over(id, 'connection-lost');
      return;
    }
    const session = this.line.call(target, {
      mediaStream: stream,
      pcConfig: PEER_CONNECTION,
      extraHeaders: headers,
    });
    const talk = this.follow(id, session);
    talk.use(stream);
    if (call.isMuted) talk.setMuted(true);
  }

  private follow(id: string, session: SipSession): Talk {
    const talk = new Talk(session, chosen().speaker, {
      onChange: (change) => this.change(id, change),
      onEnd: (why) => this.over(id, why),
      onSilenced: (isSilenced) => this.tell({ type: 'silenced', isSilenced }),
      onMicrophoneLost: () => void this.speakInto(null),
      isConnected: () => this.state.isConnected,
    });
    this.talks.set(id, talk);
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
      if (this.talks.size === 0 && this.isOurs) {
        this.closeLine();
        this.air(whyNot(error));
      }
      return null;
    }
  }

  private change(id: string, change: Partial<PhoneCall>): void {
    // A call that goes on after a reload was answered long before.
    const was = this.state.calls.find((call) => call.id === id)?.answeredAt ?? null;
    const isAgain = was !== null && change.answeredAt !== undefined;
    this.tell({ type: 'changed', id, change: isAgain ? { ...change, answeredAt: was } : change });
    this.keep();
  }

  private over(id: string, why: Ending): void {
    this.talks.delete(id);
    this.tell({ type: 'ended', id, why, at: Date.now() });
    this.keep();
    if (this.talks.size === 0 && !this.isOurs) this.closeLine();
  }

  private holdOthers(id: string | null): void {
    for (const call of ongoing(this.state)) if (call.id !== id) this.talks.get(call.id)?.setHeld(true);
  }

  private hangUpAll(): void {
    for (const talk of [...this.talks.values()]) talk.hangUp();
  }

  private isAlerting(id: string): boolean {
    return this.state.calls.some((call) => call.id === id && call.stage === 'alerting');
  }

  /** Speak into another microphone in all calls: another was chosen, or the one in use was unplugged. */
  private async speakInto(microphone: string | null): Promise<void> {
    try {
      for (const talk of this.talks.values()) await talk.speakInto(microphone);
      this.tell({ type: 'microphone-lost', isLost: false });
    } catch {
      this.tell({ type: 'microphone-lost', isLost: true });
    }
  }

  // -- calls that outlive a reload

  private keep(): void {
    const { owner } = this;
    if (owner === null) return;
    const up = this.state.calls.flatMap((call) => {
      const dialog = this.talks.get(call.id)?.dialog ?? this.keptDialog(call.id);
      return dialog === null || call.answeredAt === null ? [] : [{ dialog, call }];
    });
    keepCalls(sessionStorage, owner.user, up, Date.now());
  }

  private keptDialog(id: string) {
    return this.kept.find(({ call }) => call.id === id)?.dialog ?? null;
  }

  private showKept(): void {
    setTimeout(() => this.dropKept('over-meanwhile'), LONGEST_ABSENCE);
    for (const { call } of this.kept)
      this.tell({
        type: 'began',
        call: { ...call, stage: 'connecting', isHeld: false, isInterrupted: true, transfer: null },
      });
  }

  /** Ask the server for the calls from before the reload (RFC 3891). */
  private async takeOver(): Promise<void> {
    const { kept, line } = this;
    this.kept = [];
    if (line?.uri == null) return;
    for (const { dialog, call } of kept) {
      await this.place(call.id, line.uri, [`Replaces: ${replaces(dialog)}`]);
      if (call.isHeld) this.talks.get(call.id)?.setHeld(true);
    }
  }

  private dropKept(why: Ending): void {
    const { kept } = this;
    this.kept = [];
    for (const { call } of kept) this.over(call.id, why);
  }

  // -- telling

  private air(air: Air, problem: unknown = null): void {
    this.tell({ type: 'air', air, problem });
  }

  private tell(event: PhoneEvent): void {
    const before = this.state;
    this.state = after(before, event);
    if (this.state === before) return;
    this.sound();
    for (const listener of this.listeners) listener();
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

export const phone = new Phone();
