/** Steps one and two, on a server without anybody: the organization, and who administers it. */

import { Button, Field, makeStyles, Radio, RadioGroup } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem, api, bodyOf } from '~/api/client';
import { useTakeSession } from '~/api/session';
import { choose, LANGUAGES } from '~/i18n';
import { Frame } from './Frame';
import { StepForm } from './StepForm';
import { SHORTEST_PASSWORD, type Step, tokenIn } from './steps';
import { TextField } from './TextField';

const NOTHING_YET = { isSetUp: false, hasUser: false, hasQueue: false, hasCall: false };
const NAMES = { en: 'English', fr: 'Français' } as const;
const STORAGE_KEY = 'huntline.setupToken';
const OF_ORGANIZATION = ['organization', 'domain'];

const useStyles = makeStyles({
  radios: { display: 'flex', flexWrap: 'wrap' },
});

/** The token of the link, out of the address at once, and there again after a reload. */
function useToken(): [string, (token: string) => void] {
  const [token, setToken] = useState(
    () => tokenIn(location.hash) || (sessionStorage.getItem(STORAGE_KEY) ?? ''),
  );
  useEffect(() => {
    sessionStorage.setItem(STORAGE_KEY, token);
    if (location.hash) history.replaceState(history.state, '', location.pathname);
  }, [token]);
  return [token, setToken];
}

export function BeginningSteps() {
  const styles = useStyles();
  const { t, i18n } = useTranslation('setup');
  const client = useQueryClient();
  const takeSession = useTakeSession();
  const [token, setToken] = useToken();
  const [isTokenAsked] = useState(token === '');
  const [step, setStep] = useState<Step>('organization');
  const [form, setForm] = useState({ organization: '', domain: '', name: '', password: '' });
  const setUp = useMutation({
    mutationFn: () => {
      const body = {
        token: token.trim(),
        organization: form.organization.trim(),
        domain: form.domain.trim().toLowerCase(),
        admin_name: form.name.trim(),
        admin_password: form.password,
      };
      return bodyOf(api.POST('/api/v1/setup', { body }));
    },
    onSuccess(session) {
      sessionStorage.removeItem(STORAGE_KEY);
      void client.invalidateQueries({ queryKey: ['setup'] });
      takeSession(session);
    },
    onError(error) {
      const isAboutOrganization =
        error instanceof ApiProblem && OF_ORGANIZATION.some((each) => error.of(each));
      if (isAboutOrganization) setStep('organization');
    },
  });
  const problem = setUp.error instanceof ApiProblem ? setUp.error : null;
  const isTokenWrong = problem?.error === 'setup-token-wrong';
  const put = (part: Partial<typeof form>) => setForm({ ...form, ...part });
  const goOn = () => {
    if (form.name === '') put({ name: `admin@${form.domain.trim().toLowerCase()}` });
    setStep('admin');
  };
  const shortness =
    form.password !== '' && form.password.length < SHORTEST_PASSWORD
      ? t('setup:admin.tooShort', { shortest: SHORTEST_PASSWORD })
      : undefined;
  return (
    <Frame step={step} progress={NOTHING_YET} onStep={setStep}>
      {step === 'organization' ? (
        <StepForm
          key="organization"
          title={t('setup:organization.title')}
          why={t('setup:organization.why')}
          action={t('setup:next')}
          isBusy={false}
          error={null}
          shown={[]}
          onSubmit={goOn}
        >
          <TextField
            isFirst
            label={t('setup:organization.name')}
            value={form.organization}
            problem={problem?.of('organization')}
            autoComplete="organization"
            onChange={(organization) => put({ organization })}
          />
          <TextField
            label={t('setup:organization.domain')}
            hint={t('setup:organization.domainHint')}
            value={form.domain}
            problem={problem?.of('domain')}
            onChange={(domain) => put({ domain })}
          />
          <Field label={t('common:language')}>
            <RadioGroup
              className={styles.radios}
              layout="horizontal"
              value={i18n.language}
              onChange={(_, { value }) => {
                const language = LANGUAGES.find((each) => each === value);
                if (language !== undefined) choose(language);
              }}
            >
              {LANGUAGES.map((code) => (
                <Radio key={code} value={code} label={NAMES[code]} lang={code} />
              ))}
            </RadioGroup>
          </Field>
        </StepForm>
      ) : (
        <StepForm
          key="admin"
          title={t('setup:admin.title')}
          why={t('setup:admin.why')}
          action={t('setup:admin.action')}
          isBusy={setUp.isPending}
          error={isTokenWrong ? null : setUp.error}
          shown={['admin_name', 'admin_password', ...OF_ORGANIZATION]}
          onSubmit={() => setUp.mutate()}
          besides={<Button onClick={() => setStep('organization')}>{t('common:back')}</Button>}
        >
          <TextField
            isFirst
            label={t('setup:admin.name')}
            hint={t('setup:admin.nameHint')}
            value={form.name}
            problem={problem?.of('admin_name')}
            autoComplete="username"
            onChange={(name) => put({ name })}
          />
          <TextField
            type="password"
            label={t('common:password')}
            hint={t('setup:admin.passwordHint', { shortest: SHORTEST_PASSWORD })}
            value={form.password}
            problem={problem?.of('admin_password') ?? shortness}
            autoComplete="new-password"
            onChange={(password) => put({ password })}
          />
          {(isTokenAsked || isTokenWrong) && (
            <TextField
              label={t('setup:admin.token')}
              hint={t('setup:admin.tokenHint')}
              value={token}
              problem={isTokenWrong ? problem?.message : undefined}
              onChange={setToken}
            />
          )}
        </StepForm>
      )}
    </Frame>
  );
}
