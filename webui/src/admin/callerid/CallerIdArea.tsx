import { Page } from '~/parts/Page';

export default function CallerIdArea() {
  return <Page title="CallerIdArea">…</Page>;
}
