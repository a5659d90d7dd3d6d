/** The wallboard, inside the frame of the pages. */

import { LiveProvider } from '~/live/live';
import { Wallboard } from './Wallboard';

export default function WallboardArea() {
  return (
    <LiveProvider of="all">
      <Wallboard />
    </LiveProvider>
  );
}
