/** The audio clinic: the library of sounds, and each one as callers hear it. */

import { Route, Routes } from 'react-router';
import { NotFound } from '~/shell/NotFound';
import { AudioList } from './AudioList';
import { AudioPage } from './AudioPage';

export default function AudioArea() {
  return (
    <Routes>
      <Route index element={<AudioList />} />
      <Route path=":key" element={<AudioPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
