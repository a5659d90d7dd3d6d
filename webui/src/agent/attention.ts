/** What draws a person to a call wherever they are: the title, a notification, keys, a question before leaving. */

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { chosen } from '~/phone/choices';
import { phone } from '~/phone/phone';
import { alerting, type PhoneCall } from '~/phone/state';
import { usePhone } from '~/phone/usePhone';
import { shortcutOf } from './keys';
import { notify } from './notifications';
import { partyName } from './words';

export function useAttention(): void {
  const state = usePhone();
  const [ring] = alerting(state);
  useTitle(ring ?? state.calls[0]);
  useNotification(ring);
  useKeys(ring?.id);
  useQuestionBeforeLeaving(state.calls.length > 0);
}

/** The title of the window says whom the call is with. */
function useTitle(call: PhoneCall | undefined): void {
  const { t } = useTranslation('agent');
  const title = call && [partyName(call.party, t), call.queue].filter(Boolean).join(' · ');
  useEffect(() => {
    if (title === undefined) return;
    const before = document.title;
    document.title = t('agent:call.title', { party: title });
    return () => {
      document.title = before;
    };
  }, [title, t]);
}

function useNotification(ring: PhoneCall | undefined): void {
  const { t } = useTranslation('agent');
  const id = ring?.id;
  const title = ring && partyName(ring.party, t);
  const body =
    ring && (ring.queue === null ? t('agent:call.direct') : t('agent:call.for', { queue: ring.queue }));
  useEffect(() => {
    if (id === undefined || title === undefined || body === undefined) return;
    return notify(title, body);
  }, [id, title, body]);
}

function useKeys(id: string | undefined): void {
  useEffect(() => {
    if (id === undefined) return;
    const press = (event: KeyboardEvent) => {
      const wanted = chosen().hasKeys ? shortcutOf(event) : null;
      if (wanted === null) return;
      event.preventDefault();
      if (wanted === 'accept') void phone.accept(id);
      else phone.hangUp(id);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [id]);
}

function useQuestionBeforeLeaving(isUp: boolean): void {
  useEffect(() => {
    if (!isUp) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isUp]);
}
