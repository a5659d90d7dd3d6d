/** English and French. Each area of the pages has a file of texts, loaded when it is first shown. */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { setApiLanguage } from '~/api/client';
import { patiently } from '~/parts/lazily';

export const LANGUAGES = ['en', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];

const STORAGE_KEY = 'huntline.language';

/** The language to begin with: the one chosen before, else the browser's. */
function firstLanguage(): Language {
  const wanted = [localStorage.getItem(STORAGE_KEY) ?? '', ...navigator.languages].map((each) =>
    each.slice(0, 2),
  );
  return (
    LANGUAGES.find((each) => each === wanted.find((code) => LANGUAGES.some((known) => known === code))) ??
    'en'
  );
}

const files = import.meta.glob<{ default: object }>('./{en,fr}/*.json');

/** Everything is ready to be shown when this is done. */
export async function startLanguages(): Promise<void> {
  await i18next
    .use({
      type: 'backend',
      read(language: string, area: string, done: (error: unknown, texts?: object) => void) {
        const load = files[`./${language}/${area}.json`];
        if (load === undefined) done(new Error(`no texts ${language}/${area}`));
        else patiently(load).then((file) => done(null, file.default), done);
      },
    })
    .use(initReactI18next)
    .init({
      lng: firstLanguage(),
      fallbackLng: false,
      ns: ['common'],
      defaultNS: 'common',
      interpolation: { escapeValue: false },
      returnNull: false,
      // A text that is missing is a fault of the page, and comes to light where such faults do.
      saveMissing: true,
      missingKeyHandler: (languages: readonly string[], area: string, key: string) =>
        reportError(new Error(`no text ${area}:${key} in ${languages.join(', ')}`)),
    });
  i18next.on('languageChanged', apply);
  apply(i18next.language);
}

/** Show everything in a language from now on. */
export function choose(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language);
  void i18next.changeLanguage(language);
}

function apply(language: string): void {
  document.documentElement.lang = language;
  setApiLanguage(language);
}
