/** What happens to callers, in words. Nothing in here does I/O. */

import type { TFunction } from 'i18next';
import type { SpokenDraft } from '~/admin/audio/spoken';
import { type Finding, settingOf } from '~/admin/parts/findings';
import { readable } from '~/admin/targets/target';
import { type FlowDraft, type KeyDraft, MENU_KEYS, type MenuDraft, type StepDraft } from './attendantDraft';

/** What is done with callers; `name` is what people call the target, where that is known. */
export function stepWords(step: StepDraft, t: TFunction, name: string = readable(step)): string {
  const label = t(`attendants:step.${step.kind}`);
  return name === '' ? label : t('common:about', { label, text: name });
}

/** What is said: the text itself, or which file. */
export function spokenWords({ kind, file, say }: SpokenDraft, t: TFunction, none: string): string {
  if (kind === 'none') return none;
  return kind === 'file' ? t('attendants:plays', { file }) : t('attendants:says', { text: say });
}

const PLACES: readonly string[] = MENU_KEYS;

/** The keys as they are on a telephone, each with its place in the menu. */
export function keysInOrder(menu: MenuDraft): readonly { readonly key: KeyDraft; readonly place: number }[] {
  return menu.keys
    .map((key, place) => ({ key, place }))
    .sort((one, other) => PLACES.indexOf(one.key.key) - PLACES.indexOf(other.key.key));
}

/** The keys that have no meaning yet. */
export function freeKeys(menu: MenuDraft): readonly string[] {
  return MENU_KEYS.filter((each) => menu.keys.every(({ key }) => key !== each));
}

/** Findings about one of these settings itself, not about what is in it. */
export function findingsOf(findings: readonly Finding[], ...settings: readonly string[]): readonly Finding[] {
  return findings.filter(({ field }) => settings.includes(settingOf(field)));
}

/** A flow in one line, for where it is folded. */
export function flowWords({ step, menu }: FlowDraft, t: TFunction): string {
  if (step.kind !== 'menu') return stepWords(step, t);
  return t('attendants:menuOf', { count: menu.keys.length });
}
