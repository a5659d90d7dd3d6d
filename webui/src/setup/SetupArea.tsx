import { Page } from '~/parts/Page';

export default function SetupArea() {
  return <Page title="SetupArea">…</Page>;
}
