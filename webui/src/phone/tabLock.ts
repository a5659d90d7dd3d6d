/** The tab lock: one phone for a person in a browser, in however many tabs the page is open. */

/** Asks for the phone of a user, and waits while another tab has it; made anew for each start. */
export class TabLock {
  private unlock: () => void = () => {};
  private waiting = new AbortController();
  private isOver = false;

  /** `onOurs` hears whether this tab has the phone. */
  constructor(
    private readonly user: string,
    private readonly onOurs: (isOurs: boolean) => void,
  ) {}

  /** Have it when it is free. */
  async claim(): Promise<void> {
    const wasFree = await this.request({ ifAvailable: true });
    if (!wasFree && !this.isOver) this.waitForIt();
  }

  /** Have it now; the tab that had it hears so. */
  take(): void {
    this.waiting.abort();
    void this.request({ steal: true });
  }

  /** Give it to whoever is next. */
  release(): void {
    this.isOver = true;
    this.waiting.abort();
    this.unlock();
  }

  private waitForIt(): void {
    this.onOurs(false);
    this.waiting = new AbortController();
    void this.request({ signal: this.waiting.signal });
  }

  /** Ask for it, and keep it until it is given back or taken away; false when it was never had. */
  private async request(options: LockOptions): Promise<boolean> {
    try {
      return await navigator.locks.request(`huntline.phone.${this.user}`, options, (lock) => this.hold(lock));
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'AbortError') throw error;
      if (!this.isOver && !options.signal?.aborted) this.waitForIt();
      return true;
    }
  }

  private async hold(lock: Lock | null): Promise<boolean> {
    if (lock === null || this.isOver) return false;
    const released = new Promise<void>((resolve) => {
      this.unlock = resolve;
    });
    this.onOurs(true);
    await released;
    return true;
  }
}
