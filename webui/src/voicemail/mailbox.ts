/** How a mailbox is set, as its form holds it. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';
import type { MAILBOX_NUMBERS } from '~/api/numbers';

export type Settings = Schemas['MailboxSettingsView'];
export type NumberName = keyof typeof MAILBOX_NUMBERS;

/** What is set; what is left out stays as it is, which the API's description cannot say of what has a default. */
export type SettingsForm = Schemas['MailboxForm'];

export const GREETINGS = ['default', 'text', 'sound'] as const;
export type GreetingKind = (typeof GREETINGS)[number];

export interface MailboxDraft {
  readonly isOn: boolean;
  readonly language: string;
  readonly greeting: GreetingKind;
  readonly text: string;
  readonly operator: string;
  readonly numbers: Readonly<Record<NumberName, string>>;
  readonly mail: string;
  readonly attachesSound: boolean;
  /** Empty: the one that there is stays. */
  readonly pin: string;
  readonly removesPin: boolean;
}

export function greetingOf({ greeting_text, has_recorded_greeting }: Settings): GreetingKind {
  if (has_recorded_greeting) return 'sound';
  return greeting_text === null ? 'default' : 'text';
}

export function draftOf(settings: Settings): MailboxDraft {
  return {
    isOn: settings.is_on,
    language: settings.language,
    greeting: greetingOf(settings),
    text: settings.greeting_text ?? '',
    operator: settings.operator ?? '',
    numbers: {
      longest: String(settings.longest),
      kept_days: String(settings.kept_days),
      quota: String(settings.quota),
    },
    mail: settings.mail ?? '',
    attachesSound: settings.attach_sound,
    pin: '',
    removesPin: false,
  };
}

/** What the API is to set; `isAdmins`: also what is not left to a box's owner. */
export function formOf(draft: MailboxDraft, isAdmins: boolean): SettingsForm {
  const { longest, kept_days, quota } = draft.numbers;
  const form: Partial<SettingsForm> = {
    is_on: draft.isOn,
    language: draft.language,
    ...(draft.greeting === 'text' && { greeting_text: draft.text.trim() }),
    operator: draft.operator.trim() || null,
    longest: Number(longest),
    kept_days: Number(kept_days),
    ...(isAdmins && { quota: Number(quota) }),
    mail: draft.mail.trim() || null,
    attach_sound: draft.attachesSound,
  };
  return form as SettingsForm;
}

/** Whether what was recorded, uploaded or written goes, and our sentence comes back. */
export function dropsGreeting(draft: MailboxDraft, before: Settings): boolean {
  return draft.greeting === 'default' && greetingOf(before) !== 'default';
}

/** The PIN that the box gets; undefined: it stays as it is, null: it goes. */
export function pinOf({ pin, removesPin }: MailboxDraft): string | null | undefined {
  if (removesPin) return null;
  return pin === '' ? undefined : pin;
}
