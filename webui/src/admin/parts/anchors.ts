/** Where a setting is on its page: what links from elsewhere lead to. */
export function anchorOf(field: string): string {
  return `setting-${field}`;
}
