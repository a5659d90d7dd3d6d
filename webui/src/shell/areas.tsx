/** The areas of the pages: where they are, what they need, and in which order they are offered. */

import type { FluentIcon } from '@fluentui/react-icons';
import {
  CheckmarkCircleRegular,
  ClipboardTaskListLtrRegular,
  DataTrendingRegular,
  FlowchartRegular,
  HeadsetRegular,
  HistoryRegular,
  MusicNote2Regular,
  NumberSymbolRegular,
  PeopleCallRegular,
  PeopleTeamRegular,
  PersonRegular,
  SettingsRegular,
  TagRegular,
} from '@fluentui/react-icons';
import type { Permission, Session } from '~/api/session';

export interface Area {
  readonly path: string;
  /** The key of its name in the texts, below `nav`. */
  readonly name: string;
  readonly icon: FluentIcon;
  readonly needs: Permission;
  /** Only for people who are users: they have a phone. */
  readonly isForUsers?: boolean;
}

export const AREAS: readonly Area[] = [
  { path: '/agent', name: 'agent', icon: HeadsetRegular, needs: 'own', isForUsers: true },
  { path: '/wallboard', name: 'wallboard', icon: DataTrendingRegular, needs: 'read-live' },
  { path: '/history', name: 'history', icon: HistoryRegular, needs: 'read-history' },
  { path: '/queues', name: 'queues', icon: PeopleCallRegular, needs: 'read-settings' },
  { path: '/attendants', name: 'attendants', icon: FlowchartRegular, needs: 'read-settings' },
  { path: '/users', name: 'users', icon: PersonRegular, needs: 'read-settings' },
  { path: '/groups', name: 'groups', icon: PeopleTeamRegular, needs: 'read-settings' },
  { path: '/numbers', name: 'numbers', icon: NumberSymbolRegular, needs: 'read-settings' },
  { path: '/caller-id', name: 'callerId', icon: TagRegular, needs: 'read-settings' },
  { path: '/audio', name: 'audio', icon: MusicNote2Regular, needs: 'read-settings' },
  { path: '/check', name: 'check', icon: CheckmarkCircleRegular, needs: 'read-settings' },
  { path: '/audit', name: 'audit', icon: ClipboardTaskListLtrRegular, needs: 'read-audit' },
  { path: '/settings', name: 'settings', icon: SettingsRegular, needs: 'read-settings' },
];

/** What somebody is offered, the most important first. */
export function areasFor(session: Session): readonly Area[] {
  return AREAS.filter(
    (area) => session.permissions.includes(area.needs) && !(area.isForUsers && session.user === null),
  );
}
