/** How long something takes, in words. */

/** `630` is `10 minutes 30 seconds`, as the language writes it. */
export function lengthInWords(seconds: number, language: string): string {
  const parts = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const words = (amount: number, unit: string) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
  const said = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => words(amount, unit));
  return said.join(' ') || words(0, 'second');
}
