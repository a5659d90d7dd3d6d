/** A field in which people and queues are found by name, and numbers are taken as they are. */

import { Combobox, Field, makeStyles, Option, OptionGroup } from '@fluentui/react-components';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { phone } from '~/phone/phone';
import type { Party } from '~/phone/state';
import { type Colleagues, useColleagues } from './requests';

const useStyles = makeStyles({ field: { minWidth: 0 }, box: { minWidth: 0 } });

/** Somebody who can be called: the SIP address, and what is shown of them. */
export interface Choice {
  readonly target: string;
  readonly party: Party;
}

/** What is in the field, and whom it stands for. */
export interface PartyField {
  readonly text: string;
  readonly isWrong: boolean;
  readonly type: (key: string) => void;
  readonly write: (text: string) => void;
  readonly choose: (choice: Choice, text: string) => void;
  readonly clear: () => void;
  /** Whom the text stands for; null, and the field says so, when that is nobody. */
  readonly taken: () => Choice | null;
}

export function useParty(): PartyField {
  const [text, setText] = useState('');
  const [choice, setChoice] = useState<Choice | null>(null);
  const [isWrong, setWrong] = useState(false);
  const write = (wanted: string) => {
    setText(wanted);
    setChoice(null);
    setWrong(false);
  };
  return {
    text,
    isWrong,
    write,
    type: (key) => write(text + key),
    choose: (chosen, shown) => {
      write(shown);
      setChoice(chosen);
    },
    clear: () => write(''),
    taken: () => {
      const target = choice === null ? phone.targetOf(text) : null;
      const found = target === null ? choice : { target, party: { name: '', number: text.trim() } };
      setWrong(found === null);
      return found;
    },
  };
}

export function PartyPicker({ label, field }: { readonly label: string; readonly field: PartyField }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const [isOpen, setOpen] = useState(false);
  const { data, isFetching } = useColleagues(useDeferredValue(field.text.trim()), isOpen);
  const groups = groupsOf(data);
  const all = [...groups.people, ...groups.queues];
  return (
    <Field
      label={label}
      className={styles.field}
      validationMessage={field.isWrong ? t('agent:dial.invalid') : null}
    >
      <Combobox
        className={styles.box}
        freeform
        placeholder={t('agent:dial.placeholder')}
        value={field.text}
        selectedOptions={[]}
        open={isOpen}
        onOpenChange={(_, { open }) => setOpen(open)}
        expandIcon={{ 'aria-label': t('agent:dial.list') }}
        onChange={(event) => {
          field.write(event.target.value);
          setOpen(true);
        }}
        onOptionSelect={(_, { optionValue }) => {
          const found = all.find(({ choice }) => choice.target === optionValue);
          if (found !== undefined) field.choose(found.choice, found.choice.party.name);
        }}
      >
        <Found label={t('agent:dial.people')} items={groups.people} />
        <Found label={t('agent:dial.queues')} items={groups.queues} />
        {all.length === 0 && (
          <Option value="" text="" disabled>
            {t(isFetching ? 'agent:dial.searching' : 'agent:dial.nobody')}
          </Option>
        )}
      </Combobox>
    </Field>
  );
}

interface Item {
  readonly choice: Choice;
  /** What is to be known before calling: the key of a text. */
  readonly about: string | null;
}

function groupsOf(colleagues: Colleagues | undefined): Record<'people' | 'queues', readonly Item[]> {
  return {
    people:
      colleagues?.people.map((person) => ({
        choice: { target: `sip:${person.upn}`, party: { name: person.display_name, number: person.upn } },
        about: aboutPerson(person),
      })) ?? [],
    queues:
      colleagues?.queues.map(({ name, primary_uri }) => ({
        choice: { target: primary_uri, party: { name, number: '' } },
        about: null,
      })) ?? [],
  };
}

/** Whether somebody could take a call now, in the order of what matters most. */
function aboutPerson({ presence, state, is_reachable }: Colleagues['people'][number]): string | null {
  if (is_reachable === false) return 'agent:dial.noPhone';
  if (state === 'ringing' || state === 'talking' || state === 'wrap-up' || state === 'paused')
    return `agent:me.state.${state}`;
  return presence === null ? null : `agent:me.presenceOf.${presence}`;
}

function Found({ label, items }: { readonly label: string; readonly items: readonly Item[] }) {
  const { t } = useTranslation('agent');
  if (items.length === 0) return null;
  return (
    <OptionGroup label={label}>
      {items.map(({ choice: { target, party }, about }) => (
        <Option key={target} value={target} text={party.name}>
          {about === null ? party.name : `${party.name} · ${t(about)}`}
        </Option>
      ))}
    </OptionGroup>
  );
}
