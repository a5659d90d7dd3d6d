/** For which organization somebody of the host acts: kept as long as the browser's tab is open. */

const STORAGE_KEY = 'huntline.organization';

/** Its id; null: the only one that there is. */
export function actedFor(): string | null {
  return sessionStorage.getItem(STORAGE_KEY);
}

/** Act for another one from now on. All that is shown is of the one before: the pages begin anew, at `page`. */
export function actFor(id: string | null, page = '/'): void {
  if (id === null) sessionStorage.removeItem(STORAGE_KEY);
  else sessionStorage.setItem(STORAGE_KEY, id);
  window.location.assign(page);
}
