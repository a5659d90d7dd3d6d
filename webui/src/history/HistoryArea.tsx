/** Calls of the past: all that match, and one call's timeline. */

import { Route, Routes } from 'react-router';
import { LiveProvider } from '~/live/live';
import { History } from './History';
import { TimelinePage } from './TimelinePage';

export default function HistoryArea() {
  return (
    <LiveProvider of="all">
      <Routes>
        <Route index element={<History />} />
        <Route path=":callId" element={<TimelinePage />} />
      </Routes>
    </LiveProvider>
  );
}
