/** Calls of the past: all that match, and one call's story. */

import { Route, Routes } from 'react-router';
import { LiveProvider } from '~/live/live';
import { History } from './History';
import { StoryPage } from './StoryPage';

export default function HistoryArea() {
  return (
    <LiveProvider of="all">
      <Routes>
        <Route index element={<History />} />
        <Route path=":callId" element={<StoryPage />} />
      </Routes>
    </LiveProvider>
  );
}
