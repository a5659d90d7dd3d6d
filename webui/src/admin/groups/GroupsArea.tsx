import { Page } from '~/parts/Page';

export default function GroupsArea() {
  return <Page title="GroupsArea">…</Page>;
}
