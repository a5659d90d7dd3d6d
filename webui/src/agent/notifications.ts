/** Notifications of the system, for calls that ring while the page is in the background. */

/** Whether the browser can notify, and has not been told yet whether it may. */
export function mayAskToNotify(): boolean {
  return 'Notification' in window && Notification.permission === 'default';
}

/** Ask the person, by way of the browser. */
export async function askToNotify(): Promise<void> {
  await Notification.requestPermission();
}

/** Tell of a call unless the person is looking; returns how to take it back. */
export function notify(title: string, body: string): () => void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus())
    return () => {};
  try {
    const notification = new Notification(title, { body, requireInteraction: true, icon: '/icon.svg' });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    return () => notification.close();
  } catch {
    // Browsers on phones notify only from service workers, which the page does without.
    return () => {};
  }
}
