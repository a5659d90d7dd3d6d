import { Page } from '~/parts/Page';

export default function SettingsArea() {
  return <Page title="SettingsArea">…</Page>;
}
