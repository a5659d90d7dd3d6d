import i18next, { type i18n } from 'i18next';
import { expect, test } from 'vitest';
import { settingName } from '~/admin/parts/settingNames';
import { noteName, valueName } from './words';

const files = import.meta.glob<{ default: object }>('../../i18n/{en,fr}/*.json', { eager: true });

async function inLanguage(language: string): Promise<i18n> {
  const texts = Object.entries(files)
    .filter(([path]) => path.includes(`/${language}/`))
    .map(([path, file]) => [path.replace(/^.*\/|\.json$/g, ''), file.default]);
  const own = i18next.createInstance();
  await own.init({
    lng: language,
    resources: { [language]: Object.fromEntries(texts) },
    interpolation: { escapeValue: false },
  });
  return own;
}

/** What the audit can name, as `directory/organization.py` and `storage/accounts.py` have it. */
const FIELDS: Readonly<Record<string, string>> = {
  organization:
    'name domains limits quota communication_credits propagation_delay star_codes dialling licence_pools service_number_table ' +
    'queue_table queues_need_licences phones_fetch_settings history_days ' +
    'trunks numbers users groups audio queues caller_id_policies',
  queue:
    'primary_uri name domain line_uri greeting music distribution alerting agent_limit agents groups ' +
    'agent_alert_time allow_opt_out max_waiting overflow max_wait timeout no_agents no_agents_new_calls_only ' +
    'presence_based_routing ring_busy wrap_up messages message_interval announce_position announce_wait ' +
    'announce_interval announce_to_agent',
  user:
    'upn display_name licences voice_enabled homed line_uri contacts sip_password voicemail forward_to ' +
    'when_busy when_no_answer when_not_reachable ring_time also_ring hides_number caller_id_policy external_id is_active encryption may_dial phones presence pause opted_out',
  group: 'name kind mail members earlier caller_id_policy caller_id_rank external_id',
  number: 'number kind state country',
  trunk:
    'name addresses foreign_numbers is_trusted hosts transport username password registers registers_all_numbers ' +
    'options_interval most_calls most_calls_per_second prefixes_in prefixes_out encryption is_enabled numbers',
  audio: 'sha256 name duration language loudness',
  'caller-ID policy':
    'name substitute service_number enable_user_override block_incoming_pstn_caller_id company_name description',
  history: 'number',
  account: 'name role queues user password oidc_subject is_disabled key',
};

test.each(['en', 'fr'])('every setting that can change has a name in %s', async (language) => {
  const { t, exists } = await inLanguage(language);
  for (const [what, fields] of Object.entries(FIELDS))
    for (const field of fields.split(' '))
      expect(settingName(what, field, t, exists), `${what} ${field}`).not.toBe(field);
});

test.each([
  ['queue', 'allow_opt_out', 'false', 'non'],
  ['queue', 'distribution', 'round-robin', 'À tour de rôle'],
  ['queue', 'overflow', 'disconnect', 'Raccrocher'],
  ['queue', 'timeout', 'forward to Sales', 'Transfert vers Sales'],
  ['queue', 'no_agents', 'queue', 'Laisser les appelants attendre'],
  ['queue', 'agents', '[amal@contoso.com, bao@contoso.com]', 'amal@contoso.com, bao@contoso.com'],
  ['queue', 'agents', '[]', 'rien'],
  ['queue', 'name', 'none', 'none'],
  ['number', 'kind', 'service-toll', 'Numéro de service'],
  ['group', 'kind', 'security-group', 'Groupe de sécurité'],
  ['account', 'role', 'admin', 'Administrateur'],
  [
    'organization',
    'queue_table',
    '[5 from 1 and 2 licences]',
    '5 à partir de 1 licences Phone System et 2 de conférence',
  ],
  ['organization', 'service_number_table', '[5 from 1 licences]', '5 à partir de 1 licences'],
  [
    'organization',
    'limits',
    'max_waiting 50, agent_limit 70',
    'Appelants en attente dans une file\u00a0: 50, Agents d’une file d’attente\u00a0: 70',
  ],
  [
    'organization',
    'quota',
    'max_calls 50, max_calls_per_second 0, max_registrations 9',
    'Appels simultanés\u00a0: 50, Nouveaux appels par seconde\u00a0: 0, Téléphones enregistrés\u00a0: 9',
  ],
])('%s %s: %s is %s in French', async (what, field, value, words) => {
  const { t, exists } = await inLanguage('fr');
  expect(valueName(what, field, value, t, exists)).toBe(words);
});

test('a fault in a part of a setting is one of the setting', async () => {
  const { t, exists } = await inLanguage('fr');
  expect(settingName('user', 'licences[0]', t, exists)).toBe('Licences');
  expect(noteName('queue Sales', t)).toBe('file Sales');
});
