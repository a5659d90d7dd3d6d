import { Page } from '~/parts/Page';

export default function NumbersArea() {
  return <Page title="NumbersArea">…</Page>;
}
