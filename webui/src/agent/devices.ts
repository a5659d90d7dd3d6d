/** The audio devices of this machine, and how loud a microphone is. */

import { useEffect, useState } from 'react';
import { captured, release } from '~/phone/microphone';

/** The devices, as they come and go; without names until the microphone was allowed. */
export function useDevices(): readonly MediaDeviceInfo[] {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    const { mediaDevices } = navigator;
    if (mediaDevices === undefined) return;
    const look = () => void mediaDevices.enumerateDevices().then(setDevices);
    look();
    mediaDevices.addEventListener('devicechange', look);
    return () => mediaDevices.removeEventListener('devicechange', look);
  }, []);
  return devices;
}

/** How loud a microphone is now, from 0 to 1; it is switched off when nobody looks any more. */
export function useLevel(deviceId: string | null): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    let close = () => {};
    let isOver = false;
    setLevel(0);
    captured(deviceId).then(
      (stream) => {
        if (isOver) release(stream);
        else close = measure(stream, setLevel);
      },
      () => setLevel(0),
    );
    return () => {
      isOver = true;
      close();
    };
  }, [deviceId]);
  return level;
}

function measure(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let frame = 0;
  const look = () => {
    analyser.getFloatTimeDomainData(samples);
    tell(levelOf(samples));
    frame = requestAnimationFrame(look);
  };
  look();
  return () => {
    cancelAnimationFrame(frame);
    release(stream);
    void context.close();
  };
}

const SILENCE_DB = -60;

/** The level of some samples, from 0 (silence) to 1 (full scale), as loud as it seems to ears. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
  const decibels = 10 * Math.log10(power || 1e-12);
  return Math.min(1, Math.max(0, 1 - decibels / SILENCE_DB));
}
