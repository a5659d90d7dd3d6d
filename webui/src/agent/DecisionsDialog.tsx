/** Why I was rung for a call, or was not. */

import {
  Body1,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';
import { moment } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { useMyDecisions } from './requests';
import { decisionName } from './words';

const useStyles = makeStyles({
  table: { tableLayout: 'auto' },
  time: { whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' },
  text: { overflowWrap: 'anywhere' },
});

interface Props {
  readonly callId: string;
  readonly party: string;
  readonly queue: string;
  readonly onClose: () => void;
}

export default function DecisionsDialog({ callId, party, queue, onClose }: Props) {
  const { t } = useTranslation('agent');
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('agent:decisions.title')}</DialogTitle>
          <DialogContent>
            <Body1 block>{t('agent:decisions.of', { party, queue })}</Body1>
            <Decisions callId={callId} />
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t('common:close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Decisions({ callId }: { readonly callId: string }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('agent');
  const query = useMyDecisions(callId);
  if (query.error instanceof ApiProblem && query.error.status === 404)
    return <Body1>{t('agent:decisions.nothing')}</Body1>;
  return (
    <Loaded query={query}>
      {(decisions) => (
        <Table size="small" aria-label={t('agent:decisions.title')} className={styles.table}>
          <TableHeader>
            <TableRow>
              <TableHeaderCell>{t('agent:decisions.time')}</TableHeaderCell>
              <TableHeaderCell>{t('agent:decisions.decision')}</TableHeaderCell>
              <TableHeaderCell>{t('agent:decisions.reason')}</TableHeaderCell>
            </TableRow>
          </TableHeader>
          <TableBody>
            {decisions.map(({ at, decision, reason }) => (
              <TableRow key={`${at} ${decision} ${reason}`}>
                <TableCell className={styles.time}>{moment(at, i18n.language)}</TableCell>
                <TableCell className={styles.text}>{decisionName(decision, t)}</TableCell>
                <TableCell className={styles.text}>{reason}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Loaded>
  );
}
