/** Sends a sound file, by button or by dropping it; says in words why one is not taken. */

import {
  Body1,
  Button,
  Caption1,
  MessageBar,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { ArrowUploadRegular } from '@fluentui/react-icons';
import { type DragEvent, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';
import { inWords } from '~/api/problems';
import { useSay } from '~/parts/toasts';
import { type AudioDetails, useUpload } from './library';
import { SUFFIXES, uploadProblem } from './sound';

const useStyles = makeStyles({
  zone: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    border: `${tokens.strokeWidthThin} dashed ${tokens.colorNeutralStroke1}`,
  },
  over: {
    border: `${tokens.strokeWidthThin} dashed ${tokens.colorBrandStroke1}`,
    backgroundColor: tokens.colorBrandBackground2,
  },
  hint: { color: tokens.colorNeutralForeground2 },
  words: { display: 'flex', flexDirection: 'column', flexGrow: 1, minWidth: '180px' },
});

interface Props {
  readonly onUploaded: (sound: AudioDetails) => void;
  /** The name of the file that gets a new content. */
  readonly replacing?: string;
}

export function Upload({ onUploaded, replacing }: Props) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('audio');
  const say = useSay();
  const hint = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const sending = useUpload(replacing);

  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file === undefined) return;
    const wrong = uploadProblem(file, t, i18n.language);
    setProblem(wrong ?? null);
    if (wrong !== undefined) return;
    sending.mutate(file, {
      onSuccess: (sound) => {
        say.done(t('audio:uploaded', { name: sound.name }));
        onUploaded(sound);
      },
      onError: (error) =>
        setProblem(error instanceof ApiProblem ? (error.of('file') ?? error.message) : inWords(error, t)),
    });
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut of the button inside */}
      <div
        className={mergeClasses(styles.zone, isOver && styles.over)}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Button
          icon={sending.isPending ? <Spinner size="tiny" aria-hidden /> : <ArrowUploadRegular />}
          disabled={sending.isPending}
          aria-describedby={hint}
          onClick={() => input.current?.click()}
        >
          {t(replacing === undefined ? 'audio:upload' : 'audio:replace')}
        </Button>
        <div className={styles.words}>
          <Body1>{t('audio:orDrop')}</Body1>
          <Caption1 id={hint} className={styles.hint}>
            {t('audio:kinds')}
          </Caption1>
        </div>
        <input
          ref={input}
          type="file"
          hidden
          accept={SUFFIXES.join(',')}
          aria-label={t('audio:file')}
          onChange={(event) => {
            take(event.target.files);
            // The same file may be chosen again once it is mended.
            event.target.value = '';
          }}
        />
      </div>
      {sending.isPending && (
        <Caption1 role="status">{t('audio:sending', { name: sending.variables.name })}</Caption1>
      )}
      {problem !== null && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}
