/** Whether calls can reach this page: it needs the tab lock, a microphone and a registration, in this order. */

import type { PhoneCalls } from './calls';
import { chosen } from './choices';
import { findMicrophone, microphonePermission, whyNot } from './microphone';
import type { Credentials, Registration } from './registration';
import type { CallsOverReload } from './reload';
import { instanceOf } from './savedCalls';
import type { PhoneStore } from './store';
import { TabLock } from './tabLock';

/** Whose phone it is, and where its credentials come from. */
export interface Owner {
  /** The user's id. */
  readonly user: string;
  readonly fetchCredentials: () => Promise<Credentials>;
}

export class Reachability {
  private owner: Owner | null = null;
  private tabLock: TabLock | null = null;
  private isOurs = false;
  private current: Registration | null = null;

  constructor(
    private readonly store: PhoneStore,
    private readonly calls: PhoneCalls,
    private readonly overReload: CallsOverReload,
  ) {}

  /** The registration that is open now, if any. */
  get registration(): Registration | null {
    return this.current;
  }

  /** Let calls come here for somebody, as soon as this tab has the lock. */
  switchOn(owner: Owner): void {
    if (this.tabLock !== null) return;
    this.owner = owner;
    if (!window.isSecureContext) {
      this.store.setAvailability('insecure');
      return;
    }
    this.store.setAvailability('connecting'); // also until it is known which tab has the lock
    this.tabLock = new TabLock(owner.user, (isOurs) => this.lockChanged(isOurs));
    // A reload gives the phone away for a moment, and another tab must not keep it from its call.
    if (this.overReload.isAnyLeft) this.tabLock.take();
    else void this.tabLock.claim();
  }

  /** Hang up everything, and let no calls come here. */
  switchOff(): void {
    this.tabLock?.release();
    this.tabLock = null;
    this.isOurs = false;
    this.overReload.drop('hung-up');
    this.calls.hangUpAll();
    this.close();
    this.store.setAvailability('off');
  }

  /** Try again now, after the person has done something about what was missing. */
  retry(): void {
    if (this.current !== null) this.current.reconnect();
    else if (this.isOurs) void this.open();
  }

  /** Have the phone in this tab, not in the other one. */
  useHere(): void {
    this.tabLock?.take();
  }

  /** No call is up any more: the last one kept the registration of a tab that has lost the lock. */
  lastCallEnded(): void {
    if (!this.isOurs) this.close();
  }

  /** A call had no microphone: no other one would have. `error` is the browser's. */
  microphoneFailed(error: unknown): void {
    if (this.calls.isAnyUp || !this.isOurs) return;
    this.close();
    this.store.setAvailability(whyNot(error));
  }

  /** Microphones came or went, or the person has changed their mind about giving one. */
  async microphonesChanged(): Promise<void> {
    const { availability } = this.store.now();
    if (!this.isOurs || this.calls.isAnyUp) return;
    if (
      availability === 'no-microphone' ||
      availability === 'no-permission' ||
      availability === 'microphone-busy'
    ) {
      // Asking is for when the person wants it.
      if ((await microphonePermission()) !== 'prompt') void this.open();
    } else if (this.current !== null && (await microphonePermission()) !== 'prompt') {
      const missing = await findMicrophone(chosen().microphone);
      if (missing === null || this.calls.isAnyUp) return;
      this.close();
      this.store.setAvailability(missing);
    }
  }

  private lockChanged(isOurs: boolean): void {
    this.isOurs = isOurs;
    if (isOurs) {
      void this.open();
      return;
    }
    this.store.setAvailability('elsewhere');
    // A call that is up here stays here until it is over.
    if (this.calls.isAnyUp) this.current?.unregister();
    else this.close();
  }

  private async open(): Promise<void> {
    if (this.current !== null && this.calls.isAnyUp) {
      this.current.register();
      return;
    }
    this.close();
    if ((await microphonePermission()) !== 'granted') this.store.setAvailability('asking');
    const missing = await findMicrophone(chosen().microphone);
    if (missing === null) await this.register();
    else if (this.isOurs) {
      this.store.setAvailability(missing);
      this.overReload.drop('no-microphone');
    }
  }

  private async register(): Promise<void> {
    if (this.isOurs) this.store.setAvailability('connecting');
    // SIP is most of what the page loads, and of no use to who has another phone.
    const sip = await import('./registration').catch((problem: unknown) => {
      if (this.isOurs) this.store.setAvailability('refused', problem);
    });
    const { owner } = this;
    if (sip === undefined || owner === null || !this.isOurs || this.current !== null) return;
    const registration = new sip.Registration(instanceOf(sessionStorage), owner.fetchCredentials, {
      onConnected: (isConnected) => this.connected(isConnected),
      onRegistered: () => {
        if (this.isOurs) this.store.setAvailability('available');
        void this.overReload.takeOver(registration);
      },
      onUnregistered: (why, problem) => {
        if (this.isOurs) this.store.setAvailability(why, problem);
      },
      onRing: (session, request) => this.calls.rang(session, request),
      onInvited: (callId) => this.calls.invited(callId),
    });
    this.current = registration;
  }

  private connected(isConnected: boolean): void {
    this.store.tell({ type: 'connected', isConnected });
    this.calls.connected(isConnected);
  }

  private close(): void {
    this.current?.close();
    this.current = null;
    this.store.tell({ type: 'connected', isConnected: false });
  }
}
