import { Page } from '~/parts/Page';

export default function AgentArea() {
  return <Page title="AgentArea">…</Page>;
}
