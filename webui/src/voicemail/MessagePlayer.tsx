/** Plays one message: its picture, which is where one seeks, and how fast. */

import {
  Button,
  Caption1,
  makeStyles,
  Select,
  Skeleton,
  SkeletonItem,
  tokens,
} from '@fluentui/react-components';
import { PauseRegular, PlayRegular } from '@fluentui/react-icons';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '~/parts/format';
import { barsOf, type Message, SPEEDS, type Speed, soughtBy, speedOf } from './messages';
import { soundOf, useWaveform } from './requests';

const WIDTH = 600;
const HEIGHT = 40;
const STORAGE_KEY = 'huntline.voicemail.speed';

const useStyles = makeStyles({
  player: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  picture: {
    position: 'relative',
    flexGrow: 1,
    flexBasis: '160px',
    minWidth: '120px',
    height: `${HEIGHT}px`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    ':focus-within': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  bars: { position: 'absolute', inset: 0, width: '100%', height: '100%' },
  all: { stroke: tokens.colorNeutralStroke1Hover, strokeWidth: '2px' },
  heard: { stroke: tokens.colorBrandForeground1, strokeWidth: '2px' },
  // Seen is the picture; what is moved by mouse, touch and keys lies over it.
  seek: {
    position: 'absolute',
    inset: 0,
    width: '100%',
    height: '100%',
    margin: 0,
    opacity: 0,
    cursor: 'pointer',
  },
  time: { fontVariantNumeric: 'tabular-nums', color: tokens.colorNeutralForeground2 },
  speed: { minWidth: 0, width: '88px' },
});

interface Props {
  readonly message: Message;
  /** Whose message it is, for those who hear the page. */
  readonly party: string;
  /** It is being heard, from now on. */
  readonly onPlay: () => void;
}

export default function MessagePlayer({ message, party, onPlay }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('messages');
  const sound = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [hasFailed, setFailed] = useState(false);
  const [speed, setSpeed] = useState(() => speedOf(localStorage.getItem(STORAGE_KEY)));
  useEffect(() => {
    if (sound.current !== null) sound.current.playbackRate = speed;
  }, [speed]);
  const whole = message.seconds;
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
  const choose = (chosen: Speed) => {
    localStorage.setItem(STORAGE_KEY, String(chosen));
    setSpeed(chosen);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === ' ') toggle();
    else {
      const sought = soughtBy(event.key, at, whole);
      if (sought === null) return;
      seek(sought);
    }
    event.preventDefault();
  };
  return (
    <div className={styles.player}>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what a caller said */}
      <audio
        ref={sound}
        src={soundOf(message)}
        preload="none"
        onPlay={() => {
          setPlaying(true);
          onPlay();
        }}
        onLoadedMetadata={({ currentTarget }) => {
          currentTarget.playbackRate = speed;
        }}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)}
        onError={() => setFailed(true)}
      />
      <Button
        shape="circular"
        icon={isPlaying ? <PauseRegular /> : <PlayRegular />}
        aria-label={t(isPlaying ? 'messages:pause' : 'messages:play', { party })}
        disabled={hasFailed}
        onClick={toggle}
      />
      <div className={styles.picture}>
        <Picture message={message} share={whole > 0 ? at / whole : 0} />
        <input
          type="range"
          className={styles.seek}
          aria-label={t('messages:position', { party })}
          aria-valuetext={t('messages:positionOf', { at: duration(at), whole: duration(whole) })}
          min={0}
          max={Math.max(whole, 0.1)}
          step={0.1}
          value={Math.min(at, whole)}
          disabled={hasFailed}
          onKeyDown={onKeyDown}
          onChange={({ target }) => seek(target.valueAsNumber)}
        />
      </div>
      <Caption1 className={styles.time}>
        {duration(at)} / {duration(whole)}
      </Caption1>
      <Select
        size="small"
        select={{ className: styles.speed }}
        aria-label={t('messages:speed')}
        value={String(speed)}
        onChange={(_, { value }) => choose(speedOf(value))}
      >
        {SPEEDS.map((each) => (
          <option key={each} value={String(each)}>
            {t('messages:times', { speed: each })}
          </option>
        ))}
      </Select>
      {hasFailed && <Caption1 role="alert">{t('messages:cannotPlay')}</Caption1>}
    </div>
  );
}

/** How loud it is, with what has been heard in another colour. */
function Picture({ message, share }: { readonly message: Message; readonly share: number }) {
  const styles = useStyles();
  const { data } = useWaveform(message);
  if (data === undefined)
    return (
      <Skeleton aria-hidden>
        <SkeletonItem className={styles.bars} />
      </Skeleton>
    );
  const bars = barsOf(data.peaks, WIDTH, HEIGHT);
  const heard = bars.slice(0, Math.round(share * bars.length));
  return (
    <svg className={styles.bars} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <path className={styles.all} d={bars.join('')} />
      <path className={styles.heard} d={heard.join('')} />
    </svg>
  );
}
