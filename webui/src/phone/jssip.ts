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
  /** The dialog once it is confirmed. */
  readonly _dialog: SipDialog | null;
  /** The dialogs of those that ring there. */
  readonly _earlyDialogs: Readonly<Record<string, SipDialog>>;
};

export class SipUserAgent extends UA {
  declare readonly configuration: { readonly uri: URI };
  declare readonly transport: { connect(): void };
}
