/** Call queues: the list, and a page for each. */

import { Route, Routes } from 'react-router';
import { LiveProvider } from '~/live/live';
import { NotFound } from '~/shell/NotFound';
import { QueueList } from './QueueList';
import { NewQueuePage, QueuePage } from './QueuePage';

export default function QueuesArea() {
  return (
    <LiveProvider of="all">
      <Routes>
        <Route index element={<QueueList />} />
        <Route path="new" element={<NewQueuePage />} />
        <Route path=":key" element={<QueuePage />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </LiveProvider>
  );
}
