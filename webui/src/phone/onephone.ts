/** One phone for a person in a browser, in however many tabs the page is open. */

/** Stands in line for the phone of a user; made anew for each start. */
export class OnePhone {
  private letGo: () => void = () => {};
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
    if (!wasFree && !this.isOver) this.standInLine();
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
    this.letGo();
  }

  private standInLine(): void {
    this.onOurs(false);
    this.waiting = new AbortController();
    void this.request({ signal: this.waiting.signal });
  }

  /** Ask for it, and keep it until it is given back or taken away; false when it was never had. */
  private async request(options: LockOptions): Promise<boolean> {
    try {
      return await navigator.locks.request(`huntline.phone.${this.user}`, options, (lock) => this.keep(lock));
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'AbortError') throw error;
      if (!this.isOver && !options.signal?.aborted) this.standInLine();
      return true;
    }
  }

  private async keep(lock: Lock | null): Promise<boolean> {
    if (lock === null || this.isOver) return false;
    const kept = new Promise<void>((resolve) => {
      this.letGo = resolve;
    });
    this.onOurs(true);
    await kept;
    return true;
  }
}
