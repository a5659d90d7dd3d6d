/** How the queues are laid out on a big screen. Nothing in here does I/O. */

export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

const MOST_ACROSS = 3;
const MOST_DOWN = 2;

/** The grid for a number of queues on a screen: as large as they can be, at most six at once. */
export function gridFor(count: number, width: number, height: number): Grid {
  const isUpright = height > width;
  const across = isUpright ? MOST_DOWN : MOST_ACROSS;
  const down = isUpright ? MOST_ACROSS : MOST_DOWN;
  if (width < 600) return { columns: 1, rows: Math.max(1, Math.min(count, down)) };
  let grid = { columns: 1, rows: 1 };
  while (grid.columns * grid.rows < count && (grid.columns < across || grid.rows < down)) {
    // The longer side is divided first.
    const isWider =
      grid.columns < across && (grid.rows >= down || width / grid.columns >= height / grid.rows);
    grid = isWider ? { ...grid, columns: grid.columns + 1 } : { ...grid, rows: grid.rows + 1 };
  }
  return grid;
}

/** The items of a page in rows, each as full as the others or by one fuller: no place is left empty. */
export function rowsOf<T>(items: readonly T[], columns: number): T[][] {
  const rows: T[][] = [];
  let rest = [...items];
  for (let left = Math.max(1, Math.ceil(items.length / columns)); left > 0; left -= 1) {
    const size = Math.ceil(rest.length / left);
    rows.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return rows;
}

/** The items in pages of a size; at least one page. */
export function pagesOf<T>(items: readonly T[], size: number): T[][] {
  const pages: T[][] = [];
  for (let start = 0; start < items.length; start += size) pages.push(items.slice(start, start + size));
  return pages.length === 0 ? [[]] : pages;
}
