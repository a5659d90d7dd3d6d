import { Page } from '~/parts/Page';

export default function HistoryArea() {
  return <Page title="HistoryArea">…</Page>;
}
