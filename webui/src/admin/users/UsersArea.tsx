/** Users: the list, and a page for each. */

import { Route, Routes } from 'react-router';
import { LiveProvider } from '~/live/live';
import { NotFound } from '~/shell/NotFound';
import { NewUserPage } from './NewUserPage';
import { TollAlarms } from './TollAlarms';
import { UserList } from './UserList';
import { UserPage } from './UserPage';

export default function UsersArea() {
  return (
    <LiveProvider of="all">
      <Routes>
        <Route
          index
          element={
            <>
              <TollAlarms />
              <UserList />
            </>
          }
        />
        <Route path="new" element={<NewUserPage />} />
        <Route path=":key" element={<UserPage />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </LiveProvider>
  );
}
