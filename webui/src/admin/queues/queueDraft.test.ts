import type { TFunction } from 'i18next';
import { describe, expect, test } from 'vitest';
import { changesIn } from '~/admin/parts/draft';
import { ApiProblem } from '~/api/client';
import {
  changedForwards,
  draftOf,
  elsewhere,
  exitOf,
  formOf,
  missingIn,
  newQueue,
  patchOf,
  problemsIn,
  type QueueDraft,
  type QueueView,
  withDistribution,
  withMessage,
} from './queueDraft';

const DOMAINS = ['contoso.com', 'redmond.contoso.com'];
const t = ((key: string, values?: object) =>
  `${key} ${JSON.stringify(values ?? {})}`) as unknown as TFunction;

const stored: QueueView = {
  id: 'q1',
  name: 'Help Desk',
  primary_uri: 'sip:hg_0123456789abcdef0123456789abcdef@contoso.com',
  domain: 'contoso.com',
  line_uri: 'tel:+14255550100',
  greeting: { say: 'Welcome', language: 'fr' },
  music: { file: 'jazz.mp3' },
  timeout_prompt: { file: 'late.wav' },
  language: 'fr',
  distribution: 'serial',
  alerting: 'one',
  agent_limit: 50,
  agents: ['amal@contoso.com', 'bao@contoso.com'],
  groups: ['First line'],
  agent_alert_time: 30,
  allow_opt_out: true,
  max_waiting: 50,
  overflow: { action: 'forward', target: 'Sales' },
  max_wait: 1200,
  timeout: { action: 'voicemail', target: 'sip:amal@contoso.com' },
  no_agents: { action: 'queue', target: null },
  no_agents_new_calls_only: false,
  presence_based_routing: false,
  ring_busy: false,
  wrap_up: 0,
  messages: [{ file: 'wait.wav' }, { say: 'Patience', language: 'fr' }],
  message_interval: 60,
  announce_position: false,
  announce_wait: true,
  announce_interval: 60,
  announce_to_agent: false,
};
const draft = draftOf(stored, DOMAINS);

function patched(change: Partial<QueueDraft>) {
  const after = { ...draft, ...change };
  return patchOf(changesIn(draft, after), after);
}

describe('what is sent', () => {
  test('is only what changed', () => {
    expect(patched({})).toEqual({});
    expect(patched({ name: 'Sales' })).toEqual({ name: 'Sales' });
    expect(patched({ agents: ['bao@contoso.com', 'amal@contoso.com'] })).toEqual({
      agents: ['bao@contoso.com', 'amal@contoso.com'],
    });
  });

  test('an empty number is the default, a number is one', () => {
    expect(patched({ wrap_up: '20', agent_alert_time: '' })).toEqual({ wrap_up: 20, agent_alert_time: null });
  });

  test('sounds', () => {
    expect(
      patched({ greeting: { ...draft.greeting, kind: 'none' }, music: { kind: 'default', file: '' } }),
    ).toEqual({
      greeting: null,
      music: null,
    });
    expect(patched({ greeting: { ...draft.greeting, kind: 'file', file: 'hello.wav' } })).toEqual({
      greeting: { file: 'hello.wav' },
    });
    expect(patched({ greeting: { ...draft.greeting, say: 'Bonjour' } })).toEqual({
      greeting: { say: 'Bonjour', language: 'fr' },
    });
  });

  test('messages in their order, as a whole', () => {
    const [first, second] = draft.messages;
    if (first === undefined || second === undefined) throw new Error('there are two');
    expect(patched({ messages: [second, first] })).toEqual({
      messages: [{ say: 'Patience', language: 'fr' }, { file: 'wait.wav' }],
    });
    expect(patched({ messages: [] })).toEqual({ messages: [] });
    const messages = withMessage({ ...draft, messages: [second] });
    expect(messages).toEqual([second, { kind: 'speech', file: '', say: '', language: 'fr', key: '2' }]);
    expect(missingIn({ ...draft, messages }, t)['messages[0]']).toBeUndefined();
    expect(missingIn({ ...draft, messages }, t)['messages[1]']).toContain('queues:missing.speech');
  });

  test('a distribution method with what it would otherwise reset', () => {
    expect(patched(withDistribution(draft, 'round-robin'))).toEqual({
      distribution: 'round-robin',
      alerting: 'parallel',
      presence_based_routing: false,
    });
  });

  test('of a new queue is what has no default', () => {
    expect(formOf({ ...newQueue(['contoso.com']), name: 'Sales', wrap_up: '5' })).toMatchObject({
      name: 'Sales',
      domain: 'contoso.com',
      wrap_up: 5,
      overflow: { action: 'disconnect' },
      no_agents: { action: 'queue' },
    });
    const form = formOf({ ...newQueue(DOMAINS), name: 'Sales' });
    for (const field of ['max_wait', 'greeting', 'music', 'line_uri', 'domain'])
      expect(form).not.toHaveProperty(field);
  });
});

test.each([
  [
    { action: 'disconnect', target: null },
    { kind: 'disconnect', target: '' },
  ],
  [
    { action: 'queue', target: null },
    { kind: 'stay', target: '' },
  ],
  [
    { action: 'forward', target: 'Sales' },
    { kind: 'queue', target: 'Sales' },
  ],
  [
    { action: 'forward', target: 'tel:+441632960001' },
    { kind: 'address', target: 'tel:+441632960001' },
  ],
  [
    { action: 'forward', target: 'sip:bao@contoso.com' },
    { kind: 'person', target: 'bao@contoso.com' },
  ],
  [
    { action: 'forward', target: 'sip:x@fabrikam.com' },
    { kind: 'address', target: 'sip:x@fabrikam.com' },
  ],
  [
    { action: 'forward', target: 'sip:hg_0123456789abcdef0123456789abcdef@contoso.com' },
    { kind: 'queue', target: 'sip:hg_0123456789abcdef0123456789abcdef@contoso.com' },
  ],
  [
    { action: 'voicemail', target: 'sip:bao@contoso.com' },
    { kind: 'personal', target: 'bao@contoso.com' },
  ],
  [
    { action: 'forward', target: 'attendant:Main menu' },
    { kind: 'attendant', target: 'Main menu' },
  ],
  [
    { action: 'forward', target: 'voicemail:Sales' },
    { kind: 'voicemail', target: 'Sales' },
  ],
] as const)('the exit %j is %j, and is sent as it came', (form, exit) => {
  expect(exitOf(form, DOMAINS)).toEqual(exit);
  const sent = patchOf({ overflow: exitOf(form, DOMAINS) }, draft).overflow;
  expect(sent).toEqual(form.target === null ? { action: form.action } : form);
});

describe('another distribution method', () => {
  test('brings its defaults along', () => {
    expect(withDistribution(draft, 'longest-idle')).toEqual({
      distribution: 'longest-idle',
      alerting: 'parallel',
      presence_based_routing: true,
    });
  });

  test('leaves what somebody chose', () => {
    expect(withDistribution({ ...draft, alerting: 'parallel' }, 'attendant').alerting).toBe('parallel');
    expect(
      withDistribution({ ...draft, presence_based_routing: true }, 'round-robin').presence_based_routing,
    ).toBe(true);
  });

  test('switches off again what longest idle had switched on', () => {
    const idle = { ...draft, ...withDistribution(draft, 'longest-idle') };
    expect(withDistribution(idle, 'serial')).toEqual({
      distribution: 'serial',
      alerting: 'one',
      presence_based_routing: false,
    });
  });
});

test('ranges are those of the organization', () => {
  const limits = { max_waiting: 500, agent_limit: 100 };
  const problems = problemsIn(
    { ...draft, max_waiting: '500', agent_limit: '101', agent_alert_time: '14', name: 'a'.repeat(65) },
    limits,
    t,
  );
  expect(problems.max_waiting).toBeUndefined();
  expect(problems.agent_limit).toContain('"high":100');
  expect(problems.agent_alert_time).toContain('seconds');
  expect(problems.name).toContain('"count":65');
  expect(problemsIn({ ...draft, name: 'help@desk' }, limits, t).name).toContain('noAt');
});

test('what callers are told before an exit is a file, a text or nothing', () => {
  expect(draft.timeout_prompt.kind).toBe('file');
  expect(draft.overflow_prompt.kind).toBe('none');
  const spoken = { kind: 'speech', file: '', say: 'Au revoir', language: 'fr' } as const;
  expect(patched({ disconnect_prompt: spoken, timeout_prompt: { ...spoken, kind: 'none' } })).toEqual({
    disconnect_prompt: { say: 'Au revoir', language: 'fr' },
    timeout_prompt: null,
  });
  expect(missingIn({ ...draft, no_agents_prompt: { ...spoken, say: '' } }, t).no_agents_prompt).toContain(
    'missing.speech',
  );
});

test('what is missing is what was chosen and not filled in', () => {
  expect(Object.values(missingIn(draft, t)).filter(Boolean)).toEqual([]);
  const lacking = missingIn(
    {
      ...draft,
      name: '',
      greeting: { kind: 'speech', file: 'hello.wav', say: ' ', language: 'en' },
      music: { kind: 'file', file: '' },
      overflow: { kind: 'person', target: '' },
    },
    t,
  );
  expect(lacking.name).toContain('isMissing');
  expect(lacking.greeting).toContain('missing.speech');
  expect(lacking.music).toContain('missing.file');
  expect(lacking.overflow).toContain('missing.person');
  expect(lacking.timeout).toBeUndefined();
});

test('a loop that is told at another queue belongs beside the exits that changed', () => {
  const problem = new ApiProblem(422, 'settings-refused', 'no', [
    {
      field: 'queues[0].overflow.target',
      value: 'Sales',
      allowed: 'forwards go round in a loop: A -> B -> A',
    },
    { field: 'overflow.target', value: 'B', allowed: 'own' },
  ]);
  expect(elsewhere(problem).map(({ field }) => field)).toEqual(['queues[0].overflow.target']);
  const to = { kind: 'queue', target: 'B' } as const;
  expect(
    changedForwards(['name', 'timeout', 'overflow'], {
      ...draft,
      timeout: to,
      overflow: { kind: 'disconnect', target: '' },
    }),
  ).toEqual(['timeout']);
});
