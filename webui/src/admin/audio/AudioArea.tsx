import { Page } from '~/parts/Page';

export default function AudioArea() {
  return <Page title="AudioArea">…</Page>;
}
