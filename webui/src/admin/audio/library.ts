/** The library of sound files, as queries and requests. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSettingsChanged } from '~/admin/parts/settingsChanged';
import { addressOf, api, bodyOf, type Schemas, upload } from '~/api/client';

export type AudioView = Schemas['AudioView'];
export type AudioDetails = Schemas['AudioDetails'];

/** All queues, to see what plays a sound. */
export function useQueues() {
  return useQuery({
    queryKey: ['queues', 'all'],
    queryFn: async () =>
      (await bodyOf(api.GET('/api/v1/queues', { params: { query: { limit: 1000 } } }))).items,
  });
}

/** One file, measured as callers hear it; asked for by a name, nothing without one. */
export function useSound(name: string) {
  return useQuery({
    queryKey: ['audio', 'one', name],
    queryFn: () => bodyOf(api.GET('/api/v1/audio/{key}', { params: { path: { key: name } } })),
    enabled: name !== '',
  });
}

/** The sound as callers hear it; the content is in the address, so that a new one is asked for anew. */
export function previewOf({ name, sha256 }: Pick<AudioView, 'name' | 'sha256'>): string {
  return addressOf(`/audio/${encodeURIComponent(name)}/preview`, { content: sha256.slice(0, 16) });
}

export function originalOf({ name, sha256 }: Pick<AudioView, 'name' | 'sha256'>): string {
  return addressOf(`/audio/${encodeURIComponent(name)}/content`, { content: sha256.slice(0, 16) });
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.append('file', file);
  return form;
}

/** Send a file to the library; with `replacing` as the new content of that one. */
export function useUpload(replacing?: string) {
  const client = useQueryClient();
  const settingsChanged = useSettingsChanged();
  return useMutation({
    mutationFn: (file: File) =>
      replacing === undefined
        ? upload<AudioDetails>('/audio', formOf(file))
        : upload<AudioDetails>(`/audio/${encodeURIComponent(replacing)}/content`, formOf(file), {}, 'PUT'),
    onSuccess: (sound) => {
      client.setQueryData(['audio', 'one', sound.name], sound);
      settingsChanged();
    },
  });
}
