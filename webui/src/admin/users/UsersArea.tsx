import { Page } from '~/parts/Page';

export default function UsersArea() {
  return <Page title="UsersArea">…</Page>;
}
