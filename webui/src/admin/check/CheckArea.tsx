import { Page } from '~/parts/Page';

export default function CheckArea() {
  return <Page title="CheckArea">…</Page>;
}
