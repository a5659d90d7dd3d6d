/** Short messages that say what was done, or was not. */

import { Toast, Toaster, ToastTitle, useToastController } from '@fluentui/react-components';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { inWords } from '~/api/problems';

const TOASTER = 'huntline';

export function Toasts() {
  return <Toaster toasterId={TOASTER} position="bottom-end" pauseOnHover limit={4} />;
}

interface Say {
  /** Something is done. */
  readonly done: (text: string) => void;
  /** Something was refused, or failed. */
  readonly failed: (error: unknown) => void;
}

export function useSay(): Say {
  const { dispatchToast } = useToastController(TOASTER);
  const { t } = useTranslation();
  const show = useCallback(
    (text: string, intent: 'success' | 'error') =>
      dispatchToast(
        <Toast>
          <ToastTitle>{text}</ToastTitle>
        </Toast>,
        { intent, timeout: intent === 'error' ? 8000 : 3000 },
      ),
    [dispatchToast],
  );
  return {
    done: useCallback((text) => show(text, 'success'), [show]),
    failed: useCallback((error) => show(inWords(error, t), 'error'), [show, t]),
  };
}
