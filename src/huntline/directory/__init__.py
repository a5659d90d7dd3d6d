"""The rules of organizations, users, numbers, groups and queue settings. Pure: no I/O, no clock."""
