/** The form of a mailbox: the same for its owner and for admins. */

import {
  Button,
  Caption1,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  Radio,
  RadioGroup,
  Select,
  Spinner,
  Switch,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { ArrowUploadRegular } from '@fluentui/react-icons';
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Player } from '~/admin/audio/Player';
import { ApiProblem, addressOf } from '~/api/client';
import { LONGEST_GREETING, MAILBOX_NUMBERS } from '~/api/numbers';
import { Failure } from '~/parts/Failure';
import { useSay } from '~/parts/toasts';
import {
  draftOf,
  dropsGreeting,
  formOf,
  GREETINGS,
  type MailboxDraft,
  type NumberName,
  pinOf,
  type Settings,
  type SettingsForm,
} from './mailbox';

const FIELDS = [
  'language',
  'greeting_text',
  'operator',
  'longest',
  'kept_days',
  'quota',
  'mail',
  'pin',
  'file',
];
const SOUNDS = '.wav,.mp3,.wma';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  inner: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  row: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  number: { flexGrow: 1, flexBasis: '130px', minWidth: 0 },
  narrow: { minWidth: 0 },
});

/** How a box is read and set by whoever may. */
export interface MailboxAccess {
  readonly change: (form: SettingsForm) => Promise<Settings>;
  readonly setPin: (pin: string | null) => Promise<Settings>;
  readonly sendGreeting: (file: File) => Promise<Settings>;
  readonly dropGreeting: () => Promise<Settings>;
  /** Where the sound of the greeting is. */
  readonly greetingPath: string;
}

interface Props {
  readonly title: string;
  readonly settings: Settings;
  readonly access: MailboxAccess;
  /** Also what is not left to a box's owner. */
  readonly isAdmins: boolean;
  /** Something is set otherwise now. */
  readonly onChanged: (settings: Settings) => void;
  readonly onClose: () => void;
}

export function MailboxDialog({ title, settings, access, isAdmins, onChanged, onClose }: Props) {
  const styles = useStyles();
  // The words of the player, too: to wait for them later would take the dialog away for a moment.
  const { t } = useTranslation(['messages', 'audio']);
  const say = useSay();
  const [draft, setDraft] = useState(() => draftOf(settings));
  const set = (change: Partial<MailboxDraft>) => setDraft((before) => ({ ...before, ...change }));
  const sending = useMutation({
    mutationFn: access.sendGreeting,
    onSuccess: (after) => {
      say.done(t('messages:greetingSent'));
      onChanged(after);
      set({ greeting: 'sound', text: '' });
    },
  });
  const saving = useMutation({
    mutationFn: async () => {
      const pin = pinOf(draft);
      let after = await access.change(formOf(draft, isAdmins));
      if (dropsGreeting(draft, settings)) after = await access.dropGreeting();
      if (pin !== undefined) after = await access.setPin(pin);
      return after;
    },
    onSuccess: (after) => {
      say.done(t('common:saved'));
      onChanged(after);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  const part = { draft, set, wrong: problemsOf(saving.error) };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit} noValidate>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content}>
              <Switch
                label={t('messages:isOn')}
                checked={draft.isOn}
                onChange={(_, { checked }) => set({ isOn: checked })}
              />
              <Greeting {...part} settings={settings} sending={sending} soundPath={access.greetingPath} />
              <Field
                label={t('messages:operator')}
                hint={t('messages:operatorHint')}
                {...part.wrong('operator')}
              >
                <Input value={draft.operator} onChange={(_, { value }) => set({ operator: value })} />
              </Field>
              <div className={styles.row}>
                <NumberField {...part} name="longest" />
                <NumberField {...part} name="kept_days" />
                {isAdmins && <NumberField {...part} name="quota" />}
              </div>
              <Mail {...part} />
              <Pin {...part} hasPin={settings.has_pin} />
              <Failure error={saving.error} shown={FIELDS} />
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('common:cancel')}</Button>
              <Button type="submit" appearance="primary" disabled={saving.isPending}>
                {t('common:save')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

type Wrong = (field: string) => { readonly validationMessage?: string };

function problemsOf(error: unknown): Wrong {
  return (field) => {
    const words = error instanceof ApiProblem ? error.of(field) : undefined;
    return words === undefined ? {} : { validationMessage: words };
  };
}

interface PartProps {
  readonly draft: MailboxDraft;
  readonly set: (change: Partial<MailboxDraft>) => void;
  readonly wrong: Wrong;
}

interface GreetingProps extends PartProps {
  readonly settings: Settings;
  readonly sending: UseMutationResult<Settings, Error, File>;
  readonly soundPath: string;
}

/** What callers hear before they speak, and in which language everything is said. */
function Greeting({ draft, set, wrong, settings, sending, soundPath }: GreetingProps) {
  const styles = useStyles();
  const { t } = useTranslation('messages');
  const hasSound = settings.has_recorded_greeting;
  return (
    <>
      <Field label={t('messages:language')} {...wrong('language')}>
        <Select
          select={{ className: styles.narrow }}
          value={draft.language}
          onChange={(_, { value }) => set({ language: value })}
        >
          {(['en', 'fr'] as const).map((each) => (
            <option key={each} value={each}>
              {t(`messages:languages.${each}`)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t('messages:greeting')} hint={t('messages:greetingHint')}>
        <RadioGroup
          value={draft.greeting}
          onChange={(_, { value }) =>
            set({ greeting: GREETINGS.find((each) => each === value) ?? 'default' })
          }
        >
          {GREETINGS.map((each) => (
            <Radio
              key={each}
              value={each}
              disabled={each === 'sound' && !hasSound}
              label={t(`messages:greetings.${each}`)}
            />
          ))}
        </RadioGroup>
      </Field>
      {draft.greeting === 'text' && (
        <Field label={t('messages:text')} {...wrong('greeting_text')}>
          <Textarea
            rows={3}
            resize="vertical"
            lang={draft.language}
            maxLength={LONGEST_GREETING}
            value={draft.text}
            onChange={(_, { value }) => set({ text: value })}
          />
        </Field>
      )}
      {draft.greeting === 'sound' && hasSound && (
        // Another one that has been sent has an address of its own.
        <Player
          source={addressOf(soundPath, { sent: String(sending.submittedAt) })}
          label={t('messages:greeting')}
        />
      )}
      <GreetingUpload sending={sending} />
    </>
  );
}

/** Sends a sound, which is the greeting at once. */
function GreetingUpload({ sending }: Pick<GreetingProps, 'sending'>) {
  const styles = useStyles();
  const { t } = useTranslation('messages');
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={styles.inner}>
      <div>
        <Button
          icon={sending.isPending ? <Spinner size="tiny" aria-hidden /> : <ArrowUploadRegular />}
          disabled={sending.isPending}
          onClick={() => input.current?.click()}
        >
          {t('messages:upload')}
        </Button>
      </div>
      <Caption1>{t('messages:uploadHint')}</Caption1>
      <input
        ref={input}
        type="file"
        hidden
        accept={SOUNDS}
        aria-label={t('messages:upload')}
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file !== undefined) sending.mutate(file);
          // The same file may be chosen again once it is mended.
          target.value = '';
        }}
      />
      <Failure error={sending.error} />
    </div>
  );
}

function NumberField({ name, draft, set, wrong }: PartProps & { readonly name: NumberName }) {
  const styles = useStyles();
  const { t } = useTranslation('messages');
  const { low, high } = MAILBOX_NUMBERS[name];
  return (
    <Field className={styles.number} label={t(`messages:number.${name}`)} {...wrong(name)}>
      <Input
        input={{ className: styles.narrow }}
        type="number"
        min={low}
        max={high}
        value={draft.numbers[name]}
        onChange={(_, { value }) => set({ numbers: { ...draft.numbers, [name]: value } })}
      />
    </Field>
  );
}

function Mail({ draft, set, wrong }: PartProps) {
  const { t } = useTranslation('messages');
  return (
    <>
      <Field label={t('messages:mail')} hint={t('messages:mailHint')} {...wrong('mail')}>
        <Input type="email" value={draft.mail} onChange={(_, { value }) => set({ mail: value })} />
      </Field>
      {draft.mail !== '' && (
        <Switch
          label={t('messages:attaches')}
          checked={draft.attachesSound}
          onChange={(_, { checked }) => set({ attachesSound: checked })}
        />
      )}
    </>
  );
}

/** What opens the box from a phone; nobody is told which it is. */
function Pin({ draft, set, wrong, hasPin }: PartProps & { readonly hasPin: boolean }) {
  const { t } = useTranslation('messages');
  return (
    <>
      <Field
        label={t(hasPin ? 'messages:newPin' : 'messages:pin')}
        hint={t(hasPin ? 'messages:hasPin' : 'messages:hasNoPin')}
        {...wrong('pin')}
      >
        <Input
          type="password"
          inputMode="numeric"
          autoComplete="new-password"
          disabled={draft.removesPin}
          value={draft.pin}
          onChange={(_, { value }) => set({ pin: value })}
        />
      </Field>
      {hasPin && (
        <Switch
          label={t('messages:removePin')}
          checked={draft.removesPin}
          onChange={(_, { checked }) => set({ removesPin: checked })}
        />
      )}
    </>
  );
}
