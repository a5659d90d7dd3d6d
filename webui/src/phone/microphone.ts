/** The microphone: whether there is one to speak into, and its sound. */

import type { Availability } from './state';

/** Why there is no microphone, as far as it concerns whether calls can reach the page. */
export type NoMicrophone = Extract<
  Availability,
  'insecure' | 'no-permission' | 'no-microphone' | 'microphone-busy'
>;

/** The sound of the chosen microphone, or of another one where that is not there. Raises what the browser does. */
export async function captured(deviceId: string | null): Promise<MediaStream> {
  const chosen = deviceId === null ? {} : { deviceId: { ideal: deviceId } };
  return await navigator.mediaDevices.getUserMedia({
    audio: { ...chosen, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
}

/** Whether there is a microphone that the page may use; asks the person where the browser wants that. */
export async function findMicrophone(deviceId: string | null): Promise<NoMicrophone | null> {
  if (!window.isSecureContext || navigator.mediaDevices === undefined) return 'insecure';
  try {
    // A microphone that was allowed before is not switched on for nothing: it lights a lamp.
    if ((await microphonePermission()) === 'granted') return (await hasMicrophone()) ? null : 'no-microphone';
    release(await captured(deviceId));
    return null;
  } catch (error) {
    return whyNot(error);
  }
}

/** What an error of the browser's means. */
export function whyNot(error: unknown): NoMicrophone {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'no-permission';
  return name === 'NotReadableError' || name === 'AbortError' ? 'microphone-busy' : 'no-microphone';
}

/** Whether the person has been asked; null where the browser does not say. */
export async function microphonePermission(): Promise<PermissionState | null> {
  const status = await permissionStatus();
  return status?.state ?? null;
}

/** Tells when microphones come and go, or when the person changes their mind; returns how to stop that. */
export function whenMicrophonesChange(act: () => void): () => void {
  const { mediaDevices } = navigator;
  if (mediaDevices === undefined) return () => {};
  const over = new AbortController();
  mediaDevices.addEventListener('devicechange', act, { signal: over.signal });
  void permissionStatus().then((status) => status?.addEventListener('change', act, { signal: over.signal }));
  return () => over.abort();
}

/** Switch a microphone off. */
export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function permissionStatus(): Promise<PermissionStatus | null> {
  try {
    return await navigator.permissions.query({ name: 'microphone' as PermissionName });
  } catch {
    return null;
  }
}

async function hasMicrophone(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some((device) => device.kind === 'audioinput');
}
