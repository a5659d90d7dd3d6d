import { expect, test } from 'vitest';

type Texts = { [key: string]: string | Texts };

const files = import.meta.glob<{ default: Texts }>('./{en,fr}/*.json', { eager: true });
const areas = Object.keys(files)
  .filter((path) => path.startsWith('./en/'))
  .map((path) => path.slice('./en/'.length));

// French has a third plural form, for millions, which English has not.
const FRENCH_ONLY = /_many$/;

function flat(texts: Texts, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    const whole = path ? `${path}.${key}` : key;
    if (typeof value === 'string') found.set(whole, value);
    else for (const [inner, text] of flat(value, whole)) found.set(inner, text);
  }
  return found;
}

function textsOf(language: string, area: string): Map<string, string> {
  return flat(files[`./${language}/${area}`]?.default ?? {});
}

function holes(text: string): string[] {
  return [...text.matchAll(/\{\{[^}]+\}\}|<\/?\w+\/?>/g)].map(String).sort();
}

test('there is a French file for each English one, and none besides', () => {
  const french = Object.keys(files).filter((path) => path.startsWith('./fr/'));
  expect(french.map((path) => path.slice('./fr/'.length)).sort()).toEqual([...areas].sort());
});

test.each(areas)('%s says the same in both languages', (area) => {
  const english = textsOf('en', area);
  const french = textsOf('fr', area);
  const frenchKeys = [...french.keys()].filter((key) => !FRENCH_ONLY.test(key));
  expect(frenchKeys.sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of english) {
    expect(text.trim(), `en ${key}`).not.toBe('');
    expect(french.get(key)?.trim(), `fr ${key}`).not.toBe('');
    expect(holes(french.get(key) ?? ''), `holes of fr ${key}`).toEqual(holes(text));
  }
});

test.each(areas)('%s has typography: no straight apostrophe in a word', (area) => {
  for (const language of ['en', 'fr'])
    for (const [key, text] of textsOf(language, area))
      expect(text, `${language} ${key}`).not.toMatch(/\w'\w/);
});

test.each(areas)('%s has French typography: no bare space before : ; ? !', (area) => {
  for (const [key, text] of textsOf('fr', area))
    expect(text, key).not.toMatch(/ [:;?!»]|« |[^\s\u00a0\u202f:/\d][?!;]/);
});
