import { Page } from '~/parts/Page';

export default function QueuesArea() {
  return <Page title="QueuesArea">…</Page>;
}
