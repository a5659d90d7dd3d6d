/** Auto attendants: the list, and a page for each. */

import { Route, Routes } from 'react-router';
import { NotFound } from '~/shell/NotFound';
import { AttendantList } from './AttendantList';
import { AttendantPage, NewAttendantPage } from './AttendantPage';

export default function AttendantsArea() {
  return (
    <Routes>
      <Route index element={<AttendantList />} />
      <Route path="new" element={<NewAttendantPage />} />
      <Route path=":key" element={<AttendantPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
