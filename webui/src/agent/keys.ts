/** Which keys take and decline a call that rings. Nothing in here does I/O. */

export type Shortcut = 'accept' | 'decline';

/** Where somebody types: a key is a letter there. */
const FIELDS =
  'input, textarea, select, [contenteditable], [role=textbox], [role=combobox], [role=searchbox]';
/** What Escape closes. */
const LAYERS = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]';
/** What Enter works on. */
const CONTROLS =
  'button, a[href], summary, [role=button], [role=tab], [role=switch], [role=option], [role=menuitem]';

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat' | 'defaultPrevented' | 'target'
>;

/** What a key asks for; null: something else, or nothing. */
export function shortcutOf(event: Pressed): Shortcut | null {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return null;
  const at = event.target instanceof Element ? event.target : null;
  if (at?.closest(FIELDS) || at?.closest(LAYERS)) return null;
  switch (event.key) {
    case 'a':
    case 'A':
      return 'accept';
    case 'd':
    case 'D':
    case 'Escape':
      return 'decline';
    case 'Enter':
      return at?.closest(CONTROLS) ? null : 'accept';
    default:
      return null;
  }
}
