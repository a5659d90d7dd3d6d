/** A file of the library as a sound of a queue. */

import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { previewOf, useSound } from '~/admin/audio/library';
import { Player } from '~/admin/audio/Player';
import { decibels } from '~/admin/audio/sound';
import { Upload } from '~/admin/audio/Upload';
import { useFieldsScope } from '~/admin/parts/fields';
import { SearchPicker } from '~/admin/parts/pickers';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { duration } from '~/parts/format';

const useStyles = makeStyles({
  inner: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    paddingInlineStart: tokens.spacingHorizontalXXL,
  },
});

interface SoundFileProps {
  readonly label: string;
  readonly file: string;
  readonly onFile: (name: string) => void;
}

/** A file of the library: to find, to send, and to hear as callers do. */
export function SoundFile({ label, file, onFile }: SoundFileProps) {
  const styles = useStyles();
  const { t, i18n } = useTranslation(['queues', 'audio']);
  const { isReadOnly } = useFieldsScope();
  const mayUpload = useMay('change-settings') && !isReadOnly;
  const sound = useSound(file).data;
  const find = async (search: string) => {
    const query = { search, limit: 20, sort: 'name' };
    const { items } = await bodyOf(api.GET('/api/v1/audio', { params: { query } }));
    return items.map(({ name, duration: length, loudness }) => ({
      value: name,
      text: name,
      detail: `${duration(length)} · ${decibels(loudness, i18n.language)}`,
    }));
  };
  return (
    <div className={styles.inner}>
      <SearchPicker
        queryKey={['audio']}
        find={find}
        label={label}
        placeholder={t('queues:chooseFile')}
        chosen={file}
        onPick={({ value }) => onFile(value)}
      />
      {sound !== undefined && <Player source={previewOf(sound)} label={sound.name} length={sound.duration} />}
      {mayUpload && <Upload onUploaded={({ name }) => onFile(name)} />}
    </div>
  );
}
