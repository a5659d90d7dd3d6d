/** Calls that outlive a reload of the page: saved when it is left, taken over when it is there again. */

import type { PhoneCalls } from './calls';
import type { Registration } from './registration';
import { LONGEST_ABSENCE, type SavedCall, saveCalls, savedCalls } from './savedCalls';
import type { Ending } from './state';
import type { PhoneStore } from './store';

export class CallsOverReload {
  /** Calls from before a reload that are still to be taken over. */
  private saved: readonly SavedCall[] = [];
  private user: string | null = null;

  constructor(
    private readonly store: PhoneStore,
    private readonly calls: PhoneCalls,
  ) {}

  /** Whether calls from before a reload are still to be taken over. */
  get isAnyLeft(): boolean {
    return this.saved.length > 0;
  }

  /** Begin for a user: their calls from before a reload are shown until they are taken over. */
  start(user: string): void {
    this.user = user;
    this.saved = savedCalls(sessionStorage, user, Date.now());
    setTimeout(() => this.drop('over-meanwhile'), LONGEST_ABSENCE);
    for (const { call } of this.saved)
      this.store.tell({
        type: 'began',
        call: { ...call, stage: 'connecting', isHeld: false, isInterrupted: true, transfer: null },
      });
  }

  /** Save nothing any more. */
  stop(): void {
    this.user = null;
  }

  /** Save the calls that are up now. */
  readonly save = (): void => {
    if (this.user === null) return;
    const up = this.store.now().calls.flatMap((call) => {
      const dialog = this.calls.dialogOf(call.id) ?? this.savedDialog(call.id);
      return dialog === null || call.answeredAt === null ? [] : [{ dialog, call }];
    });
    saveCalls(sessionStorage, this.user, up, Date.now());
  };

  /** Ask the server for the calls from before the reload (RFC 3891). */
  async takeOver(registration: Registration): Promise<void> {
    const { saved } = this;
    this.saved = [];
    for (const each of saved) await this.calls.takeOver(registration, each);
  }

  /** Give up the calls that were not taken over. */
  drop(why: Ending): void {
    const { saved } = this;
    this.saved = [];
    for (const { call } of saved) this.calls.over(call.id, why);
  }

  private savedDialog(id: string) {
    return this.saved.find(({ call }) => call.id === id)?.dialog ?? null;
  }
}
