/** What an admin may decide for one agent of a queue. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { MoreHorizontalRegular } from '@fluentui/react-icons';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveQueue } from '~/live/snapshot';
import type { AgentOnBoard } from './board';
import { useSteering } from './steering';

interface Props {
  readonly queue: LiveQueue;
  readonly entry: AgentOnBoard;
}

export function SteerMenu({ queue, entry: { agent, state } }: Props) {
  const { t } = useTranslation('wallboard');
  const [isPausing, setPausing] = useState(false);
  const words = { name: agent.display_name, queue: queue.name };
  const steering = useSteering(agent.upn, queue.id, {
    paused: t('wallboard:steer.paused', words),
    resumed: t('wallboard:steer.resumed', words),
    optedOut: t('wallboard:steer.optedOut', words),
    optedIn: t('wallboard:steer.optedIn', words),
  });
  const isOptedOut = agent.opted_out.includes(queue.name);
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            size="small"
            appearance="subtle"
            icon={<MoreHorizontalRegular />}
            disabled={steering.isBusy}
            aria-label={t('wallboard:steer.menu', words)}
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {state === 'paused' || state === 'wrapUp' ? (
              <MenuItem onClick={steering.resume}>
                {t(state === 'paused' ? 'wallboard:steer.resume' : 'wallboard:steer.endWrapUp')}
              </MenuItem>
            ) : (
              <MenuItem onClick={() => setPausing(true)}>{t('wallboard:steer.pause')}</MenuItem>
            )}
            <MenuItem onClick={() => steering.opt(!isOptedOut)}>
              {t(isOptedOut ? 'wallboard:steer.optIn' : 'wallboard:steer.optOut', words)}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {isPausing && (
        <PauseDialog
          name={agent.display_name}
          onClose={() => setPausing(false)}
          onPause={(reason) => {
            steering.pause(reason);
            setPausing(false);
          }}
        />
      )}
    </>
  );
}

interface PauseProps {
  readonly name: string;
  readonly onPause: (reason: string) => void;
  readonly onClose: () => void;
}

function PauseDialog({ name, onPause, onClose }: PauseProps) {
  const { t } = useTranslation('wallboard');
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPause(reason.trim());
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t('wallboard:steer.pauseTitle', { name })}</DialogTitle>
            <DialogContent>
              <Field label={t('wallboard:steer.reason')} hint={t('wallboard:steer.reasonHint')}>
                <Input
                  autoFocus
                  maxLength={200}
                  value={reason}
                  onChange={(_, { value }) => setReason(value)}
                />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('common:cancel')}</Button>
              <Button type="submit" appearance="primary">
                {t('wallboard:steer.pauseNow')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
