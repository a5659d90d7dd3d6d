/** JsSIP, with what it has and its own types do not say. */

import { UA } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { IncomingRequest, IncomingResponse } from 'jssip/lib/SIPMessage';
import type { URI } from 'jssip/lib/URI';

export type SipIncoming = IncomingRequest;
export type SipResponse = IncomingResponse;

interface SipDialog {
  readonly id: { readonly call_id: string; readonly local_tag: string; readonly remote_tag: string };
}

/** One leg of a call, from INVITE to BYE. */
export type SipSession = RTCSession & {
  /** The INVITE that began it. */
  readonly _request: { readonly call_id: string };
  /** Send a request within the dialog. */
  sendRequest(
    method: string,
    options: { readonly eventHandlers: { readonly onDialogError: () => void } },
  ): void;
  /** The dialog once it is confirmed. */
  readonly _dialog: (SipDialog & { readonly uac_pending_reply: boolean }) | null;
  /** The dialogs of those that ring there. */
  readonly _earlyDialogs: Readonly<Record<string, SipDialog>>;
};

/**
 * Let a session be ended when it is over, which then does nothing. JsSIP itself ends one whose offer was refused, also
 * where the other end has hung up meanwhile, and throws.
 */
export function mayEndTwice(session: Pick<SipSession, 'isEnded' | 'terminate'>): void {
  const terminate = session.terminate.bind(session);
  session.terminate = (options) => {
    if (!session.isEnded()) terminate(options);
  };
}

type SipRegistrator = ReturnType<UA['registrator']> & { onTransportClosed(): void };

export class SipUserAgent extends UA {
  declare readonly configuration: { readonly uri: URI };
  declare private readonly _transactions: {
    readonly nict: Readonly<
      Record<string, { readonly request: { readonly method: string }; onTransportError(): void }>
    >;
  };

  /** The line is down: it is not registered any more, and what it asked to that end will not be answered. */
  forgetRegistration(): void {
    for (const each of Object.values(this._transactions.nict))
      if (each.request.method === 'REGISTER') each.onTransportError();
    (this.registrator() as SipRegistrator).onTransportClosed();
  }
}
