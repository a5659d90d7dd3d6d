/** Plays one sound: a button, how far it is, how long it is. */

import { Button, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { PauseRegular, PlayRegular } from '@fluentui/react-icons';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '~/parts/format';

const useStyles = makeStyles({
  player: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    maxWidth: '440px',
    flexWrap: 'wrap',
  },
  slider: { flexGrow: 1, minWidth: '80px', accentColor: tokens.colorCompoundBrandBackground },
  time: { fontVariantNumeric: 'tabular-nums', color: tokens.colorNeutralForeground2 },
});

interface Props {
  /** Where the sound is; nothing of it is asked for before somebody plays it. */
  readonly source: string;
  /** What it is, for the button. */
  readonly label: string;
  /** How long it is in seconds, where that is known already. */
  readonly length?: number;
  /** Begin at once: somebody has just asked to hear it. */
  readonly isEager?: boolean;
}

export function Player({ source, label, length, isEager = false }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('audio');
  const sound = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [whole, setWhole] = useState(length ?? 0);
  const [hasFailed, setFailed] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another sound begins anew
  useEffect(() => {
    setAt(0);
    setPlaying(false);
    setFailed(false);
    setWhole(length ?? 0);
  }, [source, length]);
  const toggle = () => {
    const audio = sound.current;
    if (audio === null) return;
    if (isPlaying) audio.pause();
    else audio.play().catch((error: Error) => error.name !== 'AbortError' && setFailed(true));
  };
  const seek = (seconds: number) => {
    if (sound.current !== null) sound.current.currentTime = seconds;
    setAt(seconds);
  };
  return (
    <div className={styles.player}>
      {/* biome-ignore lint/a11y/useMediaCaption: what is spoken in a greeting is in its text, music has none */}
      <audio
        ref={sound}
        src={source}
        preload={isEager ? 'auto' : 'none'}
        autoPlay={isEager}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={(event) =>
          Number.isFinite(event.currentTarget.duration) && setWhole(event.currentTarget.duration)
        }
        onError={() => setFailed(true)}
      />
      <Button
        shape="circular"
        icon={isPlaying ? <PauseRegular /> : <PlayRegular />}
        aria-label={t(isPlaying ? 'audio:pause' : 'audio:play', { name: label })}
        disabled={hasFailed}
        onClick={toggle}
      />
      <input
        type="range"
        className={styles.slider}
        aria-label={t('audio:position', { name: label })}
        aria-valuetext={t('audio:positionOf', { at: duration(at), whole: duration(whole) })}
        min={0}
        max={Math.max(whole, 0.1)}
        step={0.1}
        value={Math.min(at, whole)}
        disabled={hasFailed || whole === 0}
        onChange={(event) => seek(Number(event.target.value))}
      />
      <Caption1 className={styles.time}>
        {duration(at)} / {duration(whole)}
      </Caption1>
      {hasFailed && <Caption1 role="alert">{t('audio:cannotPlay')}</Caption1>}
    </div>
  );
}
