/** Lists whose order means something. Nothing in here does I/O. */

/** With the item at `from` at `to`; places past the ends are the ends. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const others = [...items];
  const taken = others.splice(from, 1);
  others.splice(Math.max(0, Math.min(to, others.length)), 0, ...taken);
  return others;
}

/** The place over which something at height `y` is, among places that begin and end there. */
export function placeAt(
  y: number,
  places: readonly { readonly top: number; readonly bottom: number }[],
): number {
  const below = places.findIndex((place) => y < (place.top + place.bottom) / 2);
  return below === -1 ? places.length - 1 : below;
}
