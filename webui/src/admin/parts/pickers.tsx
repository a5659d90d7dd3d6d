/** Fields to find a person, a group, a queue or a number in, however many there are. */

import {
  Combobox,
  Input,
  makeStyles,
  Option,
  Persona,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useDebounced } from './debounced';
import { useFieldsScope } from './fields';

const MOST_SHOWN = 20;
const NO_NUMBER = 'none';

export interface Choice {
  /** What is stored. */
  readonly value: string;
  /** What people call it. */
  readonly text: string;
  readonly detail?: string;
  /** Why it cannot be chosen. */
  readonly lack?: string;
}

interface Props {
  /** What the choices are in the query cache; what they depend on is in it. */
  readonly queryKey: readonly unknown[];
  readonly find: (search: string) => Promise<readonly Choice[]>;
  readonly onPick: (choice: Choice) => void;
  /** Takes what was typed and not picked from the list, where that is allowed. */
  readonly onType?: (text: string) => void;
  /** What is chosen; when it is left out, the field is empty again after each choice. */
  readonly chosen?: string;
  readonly label?: string;
  readonly placeholder?: string;
  readonly isPerson?: boolean;
  /** Set by a `Field` around it. */
  readonly id?: string;
}

const useStyles = makeStyles({
  field: { maxWidth: '440px', width: '100%', minWidth: 0 },
  lack: { color: tokens.colorStatusDangerForeground1 },
  detail: { color: tokens.colorNeutralForeground2 },
  lines: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
});

/** A field that searches while somebody types, and takes only what it found. */
export function SearchPicker(props: Props) {
  const { queryKey, find, onPick, onType, chosen, label, placeholder, isPerson = false, ...field } = props;
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const { isReadOnly } = useFieldsScope();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const search = useDebounced(text);
  const query = useQuery({
    queryKey: [...queryKey, 'find', search],
    queryFn: () => find(search),
    enabled: isOpen,
    placeholderData: keepPreviousData,
  });
  const pick = (value: string | undefined) => {
    const choice = query.data?.find((each) => each.value === value);
    if (choice === undefined || choice.lack !== undefined) return;
    setText('');
    onPick(choice);
  };
  if (isReadOnly)
    return (
      <Input
        {...field}
        className={styles.field}
        {...(label !== undefined && { 'aria-label': label })}
        readOnly
        value={chosen || placeholder || ''}
      />
    );
  return (
    <Combobox
      {...field}
      className={styles.field}
      listbox={{ 'aria-label': label ?? t('admin:found') }}
      {...(label !== undefined && { 'aria-label': label })}
      placeholder={chosen || placeholder || ''}
      freeform
      open={isOpen}
      onOpenChange={(_, { open }) => setOpen(open)}
      onBlur={() => {
        if (text.trim() !== '') onType?.(text.trim());
        setText('');
      }}
      value={text || isOpen ? text : (chosen ?? '')}
      selectedOptions={[]}
      onChange={(event) => setText(event.target.value)}
      onOptionSelect={(_, { optionValue }) => pick(optionValue)}
    >
      {query.data === undefined ? (
        <Option key=" " text="" disabled>
          {query.isError ? t('admin:cannotSearch') : <Spinner size="tiny" aria-label={t('common:loading')} />}
        </Option>
      ) : query.data.length === 0 ? (
        <Option key=" " text="" disabled>
          {t('admin:nothingFound', { search })}
        </Option>
      ) : (
        query.data.map((choice) => (
          <Option
            key={choice.value}
            value={choice.value}
            text={choice.text}
            disabled={choice.lack !== undefined}
          >
            <ChoiceLines choice={choice} isPerson={isPerson} />
          </Option>
        ))
      )}
    </Combobox>
  );
}

function ChoiceLines({ choice, isPerson }: { readonly choice: Choice; readonly isPerson: boolean }) {
  const styles = useStyles();
  const detail = (
    <>
      {choice.detail !== undefined && (
        <Text size={200} className={styles.detail}>
          {choice.detail}
        </Text>
      )}
      {choice.lack !== undefined && (
        <Text size={200} className={styles.lack}>
          {choice.lack}
        </Text>
      )}
    </>
  );
  if (!isPerson)
    return (
      <span className={styles.lines}>
        <Text>{choice.text}</Text>
        {detail}
      </span>
    );
  return (
    <Persona
      name={choice.text}
      avatar={{ 'aria-hidden': true }}
      secondaryText={<span className={styles.lines}>{detail}</span>}
    />
  );
}

type UserView = Schemas['UserView'];

export function personChoice(user: UserView, lack?: string): Choice {
  return {
    value: user.upn,
    text: user.display_name || user.upn,
    detail: user.upn,
    ...(lack !== undefined && { lack }),
  };
}

interface PersonProps extends Omit<Props, 'queryKey' | 'find' | 'isPerson'> {
  /** Why somebody cannot be chosen; undefined when they can. */
  readonly lackOf?: (user: UserView) => string | undefined;
  /** UPNs of those who are not offered, since they are chosen already. */
  readonly besides?: readonly string[];
}

export function PersonPicker({ lackOf = () => undefined, besides = [], ...props }: PersonProps) {
  const find = async (search: string) => {
    const query = { search, limit: MOST_SHOWN + besides.length, sort: search ? '' : 'display_name' };
    const { items } = await bodyOf(api.GET('/api/v1/users', { params: { query } }));
    return items
      .filter(({ upn }) => !besides.includes(upn))
      .slice(0, MOST_SHOWN)
      .map((user) => personChoice(user, lackOf(user)));
  };
  return <SearchPicker {...props} isPerson queryKey={['users', besides]} find={find} />;
}

interface GroupProps extends Omit<Props, 'queryKey' | 'find' | 'isPerson'> {
  readonly besides?: readonly string[];
}

export function GroupPicker({ besides = [], ...props }: GroupProps) {
  const find = async (search: string) => {
    const query = { search, limit: MOST_SHOWN + besides.length };
    const { items } = await bodyOf(api.GET('/api/v1/groups', { params: { query } }));
    return items
      .filter(({ name }) => !besides.includes(name))
      .slice(0, MOST_SHOWN)
      .map(({ name, members }) => ({ value: name, text: name, detail: members.slice(0, 5).join(', ') }));
  };
  return <SearchPicker {...props} queryKey={['groups', besides]} find={find} />;
}

export type NumberView = Schemas['NumberView'];

interface NumberProps extends Omit<Props, 'queryKey' | 'find' | 'isPerson'> {
  /** Why a number cannot be chosen; undefined when it can. */
  readonly lackOf: (number: NumberView) => string | undefined;
  /** What having no number is called, where that may be chosen: an empty value then. */
  readonly none?: string;
}

/** Offers the organization's numbers, those first that can be chosen. */
export function NumberPicker({ lackOf, none, ...props }: NumberProps) {
  const { t } = useTranslation('admin');
  const find = async (search: string) => {
    const query = { search: search.replace(/^tel:/i, ''), limit: 1000 };
    const { items } = await bodyOf(api.GET('/api/v1/numbers', { params: { query } }));
    const choices = items.map((number) => {
      const lack = lackOf(number);
      return {
        value: number.number,
        text: number.number,
        detail: t(`admin:numberKind.${number.kind}`),
        ...(lack !== undefined && { lack }),
      };
    });
    const isFree = (choice: Choice) => choice.lack === undefined;
    const found = [...choices.filter(isFree), ...choices.filter((each) => !isFree(each))].slice(
      0,
      MOST_SHOWN,
    );
    return none === undefined || search !== '' ? found : [{ value: NO_NUMBER, text: none }, ...found];
  };
  const onPick = (choice: Choice) =>
    props.onPick(choice.value === NO_NUMBER ? { ...choice, value: '' } : choice);
  return <SearchPicker {...props} onPick={onPick} queryKey={['numbers']} find={find} />;
}
