/** One call of this page: its SIP session, its sound, and what becomes of it. */

import { mayEndTwice, type SipIncoming, type SipResponse, type SipSession } from './jssip';
import { captured, release } from './microphone';
import type { Dialog } from './savedCalls';
import { causeIn, endingOf, identityIn } from './sipHeaders';
import { Voice } from './sound';
import type { Ending, PhoneCall, Transfer } from './state';

/** The last message of a session, if it had one. */
type SipMessage = SipIncoming | SipResponse | null;

/** Browsers need no help to reach the server: it has one address, and answers every check itself. */
export const PEER_CONNECTION: RTCConfiguration = { iceServers: [] };

/** What JsSIP says when the server is not reached, or no longer knows the call. */
const LOST: readonly string[] = ['Connection Error', 'Request Timeout', 'Dialog Error'];

const TIME_TO_SETTLE = 500; // ms
const TIME_TO_HEAL = 3_000; // ms: a short gap heals by itself
const LONGEST_GAP = 30_000; // RFC 7675 section 5.1: then the other end has given up
const LONGEST_SILENT_START = 15_000;
const LONGEST_ABSENCE = 8_000; // of the connection, for a call that is not up: those who wait may get another phone
const TIME_TO_ASK_AGAIN = 3_000; // the server rings again at once when the page is back
const TIME_TO_HEAR = 1_000; // ms
const SILENT_START = 5_000; // a call that ends sooner did not end for want of audio

export interface TalkListener {
  readonly onChange: (change: Partial<PhoneCall>) => void;
  readonly onEnd: (why: Ending) => void;
  readonly onSilenced: (isSilenced: boolean) => void;
  /** The microphone in use is gone. */
  readonly onMicrophoneLost: () => void;
  /** Whether the server can be asked for something now. */
  readonly isConnected: () => boolean;
  /** The server has lost its keys, and this browser cannot go on with others in this session. */
  readonly onDeaf: () => void;
}

/** Follows a session from its beginning; all methods are calm when it is over. */
export class Talk {
  private readonly voice: Voice;
  private stream: MediaStream | null = null;
  private why: Ending | null = null;
  private answeredAt: number | null = null;
  private isHandedOn = false;
  private wantsHeld = false;
  private isThrough = false;
  private isConfirmed = false;
  private gap: ReturnType<typeof setTimeout> | undefined;
  private limit: ReturnType<typeof setTimeout> | undefined;
  private absence: ReturnType<typeof setTimeout> | undefined;
  private identity: string | null = null;

  constructor(
    private readonly session: SipSession,
    private readonly speaker: string | null,
    private readonly listener: TalkListener,
  ) {
    this.voice = new Voice(listener.onSilenced);
    mayEndTwice(session);
    session.on('peerconnection', ({ peerconnection }) => this.follow(peerconnection));
    if (session.connection !== null) this.follow(session.connection);
    // The server needs none of our candidates (RFC 8445 section 2.5: it is lite), so the first will do.
    session.on('icecandidate', ({ ready }) => ready());
    session.on('accepted', () => this.answered());
    session.on('confirmed', () => this.confirmed());
    session.on('hold', ({ originator }) => this.held(originator, true));
    session.on('unhold', ({ originator }) => this.held(originator, false));
    session.on('sdp', ({ originator, sdp }) => {
      if (originator === 'remote') this.described(sdp);
    });
    session.on('failed', ({ originator, message, cause }) => this.ended(originator, message, cause));
    session.on('ended', ({ originator, message, cause }) => this.ended(originator, message, cause));
  }

  /** The names of the dialog, once it rings there or the call is taken. */
  get dialog(): Dialog | null {
    const [early] = Object.values(this.session._earlyDialogs);
    const id = (this.session._dialog ?? early)?.id;
    return id === undefined ? null : { callId: id.call_id, localTag: id.local_tag, remoteTag: id.remote_tag };
  }

  /** The Call-ID of the session. */
  get sipCallId(): string {
    return this.session._request.call_id;
  }

  /** The SIP address of the other end. */
  get address(): string {
    return this.session.remote_identity.uri.toString();
  }

  /** Take the call. The sound of the microphone is the talk's from now on. */
  answer(stream: MediaStream): void {
    if (this.session.isEnded()) {
      release(stream);
      return;
    }
    this.use(stream);
    this.session.answer({ mediaStream: stream, pcConfig: PEER_CONNECTION });
  }

  /** What the other end hears; for a call that is placed with it. */
  use(stream: MediaStream): void {
    this.stream = stream;
    for (const track of stream.getAudioTracks())
      track.addEventListener('ended', this.listener.onMicrophoneLost);
  }

  /** End the call, whatever it is doing. */
  hangUp(why: Ending | null = null): void {
    this.why ??= why;
    const isRinging = this.session.direction === 'incoming' && this.session.isInProgress();
    // RFC 3261 section 21.6 speaks for all phones of the person, 21.4 for this one alone.
    const status_code = why === null ? 603 : 480;
    this.session.terminate(isRinging ? { status_code } : {});
  }

  setMuted(isMuted: boolean): void {
    // JsSIP knows the microphone only once the call is under way.
    if (isMuted) for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = false;
    if (isMuted) this.session.mute();
    else this.session.unmute({ audio: true });
    this.listener.onChange({ isMuted });
  }

  /** Hold the other end, or have them back, as soon as that can be asked. */
  setHeld(isHeld: boolean): void {
    this.wantsHeld = isHeld;
    this.settleHold();
  }

  /** Press a key of the telephone (RFC 4733). */
  press(key: string): void {
    const sender = this.session.connection.getSenders().find((each) => each.track?.kind === 'audio');
    if (sender?.dtmf?.canInsertDTMF) sender.dtmf.insertDTMF(sender.dtmf.toneBuffer + key, 120, 70);
  }

  /** Hand the other end on to `target`, or to the other end of a call that is up. */
  transfer(target: string, name: string, consultation: Talk | null = null): void {
    const both = consultation === null ? [this] : [this, consultation];
    const say = (stage: Transfer['stage'], status: number | null = null) => {
      for (const talk of both) talk.isHandedOn = stage !== 'refused';
      this.listener.onChange({ transfer: { to: name, stage, status } });
    };
    say('asking');
    this.session.refer(target, {
      ...(consultation?.dialog ? { replaces: asReplaced(consultation.dialog) } : {}),
      eventHandlers: {
        requestFailed: ({ response }: { response: { status_code: number } | null }) =>
          say('refused', response?.status_code ?? null),
        progress: () => say('ringing'),
        accepted: () => {
          for (const talk of both) talk.hangUp('transferred');
        },
        failed: ({ status_line }: { status_line: { status_code: number } }) =>
          say('refused', status_line.status_code),
      },
    });
  }

  /** Speak into another microphone. */
  async speakInto(deviceId: string | null): Promise<void> {
    const before = this.stream;
    if (before === null || this.session.isEnded()) return;
    const stream = await captured(deviceId);
    const [track] = stream.getAudioTracks();
    const sender = this.session.connection?.getSenders().find((each) => each.track?.kind === 'audio');
    if (track === undefined || sender === undefined) {
      release(stream);
      return;
    }
    track.enabled = sender.track?.enabled ?? true;
    await sender.replaceTrack(track);
    this.forget(before);
    this.use(stream);
  }

  /** Hear the other end on another device. */
  hearOn(deviceId: string | null): void {
    this.voice.move(deviceId);
  }

  /** The connection is down: a call that is not up has a moment to be heard of again. */
  connectionLost(): void {
    if (!this.isConfirmed) this.waitForSign(LONGEST_ABSENCE);
  }

  /** The connection is up again: what was waiting for it is done now. */
  connectionBack(): void {
    // Any request in the dialog shows the server where we are now, and us whether it still knows the call;
    // an offer that was not answered does so itself, and must not be overtaken (RFC 3261 section 12.2.2).
    if (this.isConfirmed && !this.session._dialog?.uac_pending_reply)
      this.session.sendRequest('OPTIONS', {
        eventHandlers: { onDialogError: () => this.hangUp('connection-lost') },
      });
    if (this.isThrough && this.gap !== undefined) this.heal();
    if (this.absence === undefined) return;
    if (this.session.direction === 'incoming') this.waitForSign(TIME_TO_ASK_AGAIN);
    else this.isThere();
  }

  /** The other end knows of the call. */
  isThere(): void {
    clearTimeout(this.absence);
    this.absence = undefined;
  }

  private waitForSign(limit: number): void {
    clearTimeout(this.absence);
    this.absence = setTimeout(() => this.hangUp('connection-lost'), limit);
  }

  /** With another identity the server begins its encryption anew (RFC 8842 section 5.5), which Firefox does not. */
  private described(sdp: string): void {
    const identity = identityIn(sdp);
    const isAnother = this.identity !== null && identity !== this.identity;
    this.identity = identity;
    if (isAnother) void this.listenForIt();
  }

  private async listenForIt(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, TIME_TO_HEAR));
    const before = await packetsHeard(this.session.connection);
    await new Promise((resolve) => setTimeout(resolve, TIME_TO_HEAR));
    if (this.session.isEnded()) return;
    // Whoever is connected hears at least silence.
    if ((await packetsHeard(this.session.connection)) === before) this.listener.onDeaf();
  }

  private follow(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ track, streams: [stream] }) =>
      this.voice.play(stream ?? new MediaStream([track]), this.speaker),
    );
    // Ahead of JsSIP's own listener, which would end the call where it can still be healed.
    connection.addEventListener(
      'iceconnectionstatechange',
      (event) => {
        if (connection.iceConnectionState === 'failed') event.stopImmediatePropagation();
        this.pathChanged(connection.iceConnectionState);
      },
      { capture: true },
    );
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'connected') this.through();
    });
  }

  private answered(): void {
    this.answeredAt = Date.now();
    this.listener.onChange({ stage: 'connecting', answeredAt: this.answeredAt });
    this.limit = setTimeout(() => this.hangUp('no-audio'), LONGEST_SILENT_START);
    this.through();
  }

  private confirmed(): void {
    this.isConfirmed = true;
    this.isThere();
    this.through();
  }

  /** Audio goes both ways once the path is there and the call is taken. */
  private through(): void {
    if (this.answeredAt === null || this.session.connection?.connectionState !== 'connected') return;
    clearTimeout(this.limit);
    clearTimeout(this.gap);
    this.gap = this.limit = undefined;
    this.isThrough = true;
    this.listener.onChange({ stage: 'talking', isInterrupted: false });
    this.settleHold();
  }

  private settleHold(): void {
    if (!this.isThrough || this.session.isEnded()) return;
    if (this.session.isOnHold().local === this.wantsHeld) return;
    const isAsked =
      this.listener.isConnected() && (this.wantsHeld ? this.session.hold() : this.session.unhold());
    // Another exchange of descriptions is under way, or the connection is down.
    if (!isAsked) setTimeout(() => this.settleHold(), TIME_TO_SETTLE);
  }

  private pathChanged(state: RTCIceConnectionState): void {
    if (state === 'connected' || state === 'completed') this.through();
    if (!this.isThrough || (state !== 'disconnected' && state !== 'failed')) return;
    this.listener.onChange({ isInterrupted: true });
    this.gap ??= setTimeout(() => this.heal(), TIME_TO_HEAL);
    this.limit ??= setTimeout(() => this.hangUp('connection-lost'), LONGEST_GAP);
  }

  /** Look for a new path (RFC 8445 section 9). Without a connection that waits until there is one. */
  private heal(): void {
    clearTimeout(this.gap);
    if (!this.listener.isConnected()) return;
    const isAsked = this.session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
    this.gap = isAsked ? undefined : setTimeout(() => this.heal(), TIME_TO_HEAL);
  }

  private held(originator: string, isOn: boolean): void {
    this.listener.onChange(originator === 'local' ? { isHeld: isOn } : { isHeldThere: isOn });
  }

  private ended(originator: string, message: SipMessage, cause: string): void {
    clearTimeout(this.gap);
    clearTimeout(this.limit);
    clearTimeout(this.absence);
    this.voice.close();
    if (this.stream !== null) this.forget(this.stream);
    this.stream = null;
    this.listener.onEnd(this.why ?? this.ending(originator, message, cause));
  }

  private ending(originator: string, message: SipMessage, cause: string): Ending {
    if (LOST.includes(cause)) return 'connection-lost';
    if (cause === 'WebRTC Error' || cause === 'Bad Media Description') return 'no-audio';
    const isByUs = originator === 'local';
    if (!isByUs && this.isHandedOn) return 'transferred';
    if (!isByUs && this.hasStayedSilent()) return 'no-audio';
    const reason = message?.getHeader('Reason');
    return endingOf({
      isByUs,
      wasAnswered: this.answeredAt !== null,
      direction: this.session.direction === 'incoming' ? 'in' : 'out',
      status: statusOf(message) ?? causeIn(reason),
      reason,
    });
  }

  private hasStayedSilent(): boolean {
    return this.answeredAt !== null && !this.isThrough && Date.now() - this.answeredAt > SILENT_START;
  }

  private forget(stream: MediaStream): void {
    for (const track of stream.getAudioTracks())
      track.removeEventListener('ended', this.listener.onMicrophoneLost);
    release(stream);
  }
}

/** A dialog in the shape in which JsSIP takes the one to be replaced: its own session knows none that rings. */
function asReplaced({ callId, localTag, remoteTag }: Dialog): SipSession {
  const known = { _request: { call_id: callId }, _from_tag: localTag, _to_tag: remoteTag };
  return known as unknown as SipSession;
}

async function packetsHeard(connection: RTCPeerConnection): Promise<number> {
  let count = 0;
  for (const each of (await connection.getStats()).values())
    if (each.type === 'inbound-rtp') count += each.packetsReceived;
  return count;
}

function statusOf(message: SipMessage): number | null {
  return message !== null && 'status_code' in message ? message.status_code : null;
}
