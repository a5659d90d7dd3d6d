/** A telephone number spaced for people; as programs have it, it is the tooltip. */

interface Props {
  readonly number: string;
  /** The same as the API spaces it; whatever is no number stays what it is. */
  readonly shown: string;
}

export function ShownNumber({ number, shown }: Props) {
  return number === shown ? number : <span title={number}>{shown}</span>;
}
