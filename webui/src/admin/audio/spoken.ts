/** What is said to callers, as a form holds it: from the API's words and back. Nothing in here does I/O. */

import type { TFunction } from 'i18next';
import type { Schemas } from '~/api/client';

type SpokenForm = Schemas['FileForm'] | Schemas['SpeechForm'] | null;

export const SPOKEN_LANGUAGES = ['en', 'fr'] as const;
export type SpokenLanguage = (typeof SPOKEN_LANGUAGES)[number];

export interface SpokenDraft {
  readonly kind: 'none' | 'file' | 'speech';
  readonly file: string;
  readonly say: string;
  readonly language: SpokenLanguage;
}

/** Nothing; a text that is begun then is in this language. */
export function silence(language: SpokenLanguage = 'en'): SpokenDraft {
  return { kind: 'none', file: '', say: '', language };
}

export function spokenOf(form: SpokenForm | undefined, language: SpokenLanguage = 'en'): SpokenDraft {
  if (!form) return silence(language);
  if ('file' in form) return { ...silence(language), kind: 'file', file: form.file };
  return { kind: 'speech', file: '', say: form.say, language: form.language };
}

export function spokenForm({ kind, file, say, language }: SpokenDraft): SpokenForm {
  if (kind === 'none') return null;
  return kind === 'file' ? { file } : { say, language };
}

/** What is still to be chosen or written. */
export function missingSound({ kind, file, say }: SpokenDraft, t: TFunction): string | undefined {
  if (kind === 'none') return undefined;
  const isSilent = kind === 'file' ? file === '' : say.trim() === '';
  return isSilent ? t(`queues:missing.${kind}`) : undefined;
}
