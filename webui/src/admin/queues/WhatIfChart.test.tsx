// @vitest-environment jsdom
import { render, screen, within } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, expect, test } from 'vitest';
import type { Schemas } from '~/api/client';
import texts from '~/i18n/en/queues.json';
import { setTimeZone } from '~/parts/zone';
import { WhatIfChart } from './WhatIfChart';

beforeAll(async () => {
  setTimeZone('UTC');
  await i18next
    .use(initReactI18next)
    .init({ lng: 'en', resources: { en: { queues: texts } }, interpolation: { escapeValue: false } });
});

function day(part: Partial<Schemas['PartOfDay']>): Schemas['DayView'] {
  const counts = {
    offered: 0,
    answered: 0,
    abandoned: 0,
    turned_away: 0,
    service_level: null,
    mean_wait_s: null,
  };
  return {
    ...counts,
    service_level_margin: null,
    wait_90_s: null,
    occupancy: null,
    half_hours: [{ begins_at: '2026-11-29T09:00:00Z', ...counts, ...part }],
  };
}

test('a pair of bars for each half-hour, as high as there were calls, and the same to be read', () => {
  const happened = day({ offered: 4, answered: 1, abandoned: 3, service_level: 0.25 });
  const changed = day({ offered: 4, answered: 4, service_level: 0.5 });
  const report = { day: '2026-11-29', within_s: 20, happened, as_it_is: changed, changed };
  const { container } = render(<WhatIfChart report={report} />);
  const heights = [...container.querySelectorAll('svg[viewBox="0 0 480 120"] rect')].map((bar) =>
    Number(bar.getAttribute('height')),
  );
  expect(heights).toEqual([30, 0, 90, 0, 60, 60, 0, 0]);
  const row = within(screen.getByRole('table')).getAllByRole('row')[1];
  expect(row?.textContent).toContain('Answered in time 1, Answered later 0, Abandoned 3, Turned away 0');
  expect(row?.textContent).toContain('Answered in time 2, Answered later 2, Abandoned 0, Turned away 0');
});
