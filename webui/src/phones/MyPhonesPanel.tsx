/** My phones that have an account of their own, where I may have some. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Panel } from '~/agent/Panel';
import { api, bodyOf } from '~/api/client';
import { MY_DOOR } from './door';
import { PhoneList } from './PhoneList';

export default function MyPhonesPanel() {
  const { t } = useTranslation('phones');
  const { data } = useQuery({
    queryKey: ['phones', 'mine'],
    queryFn: () => bodyOf(api.GET('/api/v1/me/phones')),
  });
  if (data === undefined || (!data.may_add && data.phones.length === 0)) return null;
  return (
    <Panel title={t('phones:mine')}>
      <PhoneList phones={data.phones} door={MY_DOOR} mayAdd={data.may_add} mayRemove />
    </Panel>
  );
}
