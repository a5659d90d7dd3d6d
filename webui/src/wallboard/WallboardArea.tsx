import { Page } from '~/parts/Page';

export default function WallboardArea() {
  return <Page title="WallboardArea">…</Page>;
}
