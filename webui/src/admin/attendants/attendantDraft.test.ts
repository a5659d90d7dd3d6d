import type { TFunction } from 'i18next';
import { expect, test } from 'vitest';
import { changesIn } from '~/admin/parts/draft';
import {
  type AttendantDraft,
  type AttendantView,
  DISCONNECT,
  draftOf,
  formOf,
  missingIn,
  newAttendant,
  newFlow,
  patchOf,
  problemsIn,
} from './attendantDraft';

const DOMAINS = ['contoso.com'];
const t = ((key: string) => key) as unknown as TFunction;

const stored: AttendantView = {
  id: 'a1',
  primary_uri: 'sip:aa_0123456789abcdef0123456789abcdef@contoso.com',
  name: 'Accueil',
  domain: 'contoso.com',
  line_uris: ['tel:+33140000000'],
  language: 'fr',
  time_zone: 'Europe/Paris',
  operator: 'sip:amal@contoso.com',
  hours: {
    monday: ['09:00-12:30', '14:00-18:00'],
    tuesday: [],
    wednesday: [],
    thursday: [],
    friday: ['16:00-01:00'],
    saturday: [],
    sunday: [],
  },
  open: {
    greeting: { say: 'Bonjour', language: 'fr' },
    action: 'menu',
    target: null,
    menu: {
      prompt: null,
      keys: [
        { key: '1', action: 'forward', target: 'Sales', label: '' },
        { key: '2', action: 'directory-by-name', target: null, label: 'quelqu’un' },
        { key: '3', action: 'forward', target: 'voicemail:Sales', label: '' },
        { key: '*', action: 'repeat', target: null, label: '' },
      ],
      wait_for_key: 7,
      repeats: 1,
      no_input: { action: 'operator', target: null },
    },
  },
  after_hours: { greeting: null, action: 'forward', target: 'tel:+33140000001', menu: null },
  holidays: [
    { name: 'Fête nationale', first: '2027-07-14', last: '2027-07-14', flow: null },
    {
      name: 'Été',
      first: '2027-08-01',
      last: '2027-08-15',
      flow: { greeting: null, action: 'disconnect', target: null, menu: null },
    },
  ],
  directory: { groups: ['All'], excluded: ['bao@contoso.com'] },
};
const draft = draftOf(stored, DOMAINS);

function patched(change: Partial<AttendantDraft>) {
  return patchOf(changesIn(draft, { ...draft, ...change }));
}

test('only what changed is sent', () => {
  expect(patched({})).toEqual({});
  expect(patched({ name: 'Standard' })).toEqual({ name: 'Standard' });
  expect(patched({ time_zone: '' })).toEqual({ time_zone: null });
  expect(patched({ operator: { kind: 'none', target: '' } })).toEqual({ operator: null });
  expect(patched({ hours: { ...draft.hours, isAlways: true } })).toEqual({ hours: null });
});

test('an attendant that is sent whole means what was stored', () => {
  const sent = formOf(draft);
  const again = draftOf({ ...stored, ...sent } as AttendantView, DOMAINS);
  expect(again).toEqual(draft);
  expect(sent.open?.menu?.keys).toEqual([
    { key: '1', action: 'forward', target: 'Sales', label: '' },
    { key: '2', action: 'directory-by-name', label: 'quelqu’un' },
    { key: '3', action: 'forward', target: 'voicemail:Sales', label: '' },
    { key: '*', action: 'repeat', label: '' },
  ]);
  expect(sent.after_hours).toEqual({ greeting: null, action: 'forward', target: 'tel:+33140000001' });
  expect(sent.hours?.friday).toEqual(['16:00-01:00']);
});

test('a menu that was drawn and not chosen is not sent', () => {
  const open = { ...draft.open, step: DISCONNECT };
  expect(patched({ open }).open).toEqual({
    greeting: { say: 'Bonjour', language: 'fr' },
    action: 'disconnect',
  });
});

test('hours are sent as they are meant', () => {
  const days = { ...draft.hours.days, tuesday: '9-12:30; 14h–18h', friday: '' };
  const sent = patched({ hours: { isAlways: false, days } }).hours;
  expect(sent?.tuesday).toEqual(['09:00-12:30', '14:00-18:00']);
  expect(sent?.friday).toEqual([]);
});

test('what is wrong stands at its setting', () => {
  const days = { ...draft.hours.days, tuesday: 'nine', sunday: '09:10-10:00' };
  const holidays = [{ id: 9, name: 'X', first: '2027-07-14', last: '2027-07-13', flow: null }];
  const wrong = problemsIn({ ...draft, name: 'a@b', hours: { isAlways: false, days }, holidays }, t);
  expect(Object.entries(wrong).filter(([, problem]) => problem !== undefined)).toEqual([
    ['name', 'queues:noAt'],
    ['hours.tuesday', 'attendants:wrongHours.form'],
    ['hours.sunday', 'attendants:wrongHours.step'],
    ['holidays[0].last', 'attendants:endsBefore'],
  ]);
});

test('what is missing stands at its setting', () => {
  const begun = newAttendant(DOMAINS, 'en');
  const menu = {
    ...begun.open.menu,
    keys: [
      { key: '1', kind: 'none', target: '', label: '' },
      { key: '2', kind: 'queue', target: '', label: '' },
      { key: '3', kind: 'repeat', target: '', label: '' },
    ],
    noInput: { kind: 'person', target: '' },
  } as const;
  const holidays = [{ id: 0, name: '', first: '', last: '', flow: newFlow('en') }];
  const open = { ...begun.open, greeting: { ...begun.open.greeting, kind: 'file' as const }, menu };
  const missing = missingIn({ ...begun, open, holidays }, t);
  expect(Object.entries(missing).filter(([, problem]) => problem !== undefined)).toEqual([
    ['name', 'admin:isMissing'],
    ['open.greeting', 'queues:missing.file'],
    ['open.menu.no_input', 'targets:missing.person'],
    ['open.menu.keys[0]', 'attendants:missing.step'],
    ['open.menu.keys[1]', 'targets:missing.queue'],
    ['holidays[0].name', 'admin:isMissing'],
    ['holidays[0].first', 'attendants:missing.day'],
  ]);
  expect(Object.values(missingIn(draft, t)).filter((problem) => problem !== undefined)).toEqual([]);
});
