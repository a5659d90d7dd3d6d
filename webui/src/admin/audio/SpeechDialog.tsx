/** Makes a file of the library from a text. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Dropdown,
  Field,
  Input,
  makeStyles,
  Option,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useSettingsChanged } from '~/admin/parts/settingsChanged';
import { ApiProblem, api, bodyOf } from '~/api/client';
import { Failure } from '~/parts/Failure';
import { useSay } from '~/parts/toasts';

const FIELDS = ['name', 'say'] as const;

const useStyles = makeStyles({
  fields: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

export function SpeechDialog({ onClose }: { readonly onClose: () => void }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('audio');
  const navigate = useNavigate();
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const [form, setForm] = useState({
    name: '',
    say: '',
    language: i18n.language === 'fr' ? ('fr' as const) : ('en' as const),
  });
  const speaking = useMutation({
    mutationFn: () => {
      const name = /\.wav$/i.test(form.name) || form.name === '' ? form.name : `${form.name}.wav`;
      return bodyOf(api.POST('/api/v1/audio/speech', { body: { ...form, name } }));
    },
    onSuccess: ({ name }) => {
      settingsChanged();
      say.done(t('audio:spoken', { name }));
      onClose();
      navigate(encodeURIComponent(name));
    },
  });
  const problem = speaking.error instanceof ApiProblem ? speaking.error : null;
  const wrong = (field: (typeof FIELDS)[number]) => {
    const words = problem?.of(field);
    return words === undefined ? {} : { validationMessage: words };
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    speaking.mutate();
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit} noValidate>
          <DialogBody>
            <DialogTitle>{t('audio:speak')}</DialogTitle>
            <DialogContent className={styles.fields}>
              <Field label={t('audio:say')} required {...wrong('say')}>
                <Textarea
                  rows={4}
                  resize="vertical"
                  lang={form.language}
                  value={form.say}
                  onChange={(_, { value }) => setForm({ ...form, say: value })}
                />
              </Field>
              <Field label={t('audio:voice')}>
                <Dropdown
                  value={t(`audio:voices.${form.language}`)}
                  selectedOptions={[form.language]}
                  onOptionSelect={(_, { optionValue }) =>
                    setForm({ ...form, language: optionValue === 'fr' ? 'fr' : 'en' })
                  }
                >
                  {(['en', 'fr'] as const).map((each) => (
                    <Option key={each} value={each}>
                      {t(`audio:voices.${each}`)}
                    </Option>
                  ))}
                </Dropdown>
              </Field>
              <Field label={t('audio:fileName')} hint={t('audio:fileNameHint')} required {...wrong('name')}>
                <Input value={form.name} onChange={(_, { value }) => setForm({ ...form, name: value })} />
              </Field>
              <Failure error={speaking.error} shown={FIELDS} />
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('common:cancel')}</Button>
              <Button type="submit" appearance="primary" disabled={speaking.isPending}>
                {t('audio:make')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
