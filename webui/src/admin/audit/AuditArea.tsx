import { Page } from '~/parts/Page';

export default function AuditArea() {
  return <Page title="AuditArea">…</Page>;
}
