"""What is wrong with a database itself, and not with what was asked of it."""

from __future__ import annotations

from huntline.errors import Refused


class DatabaseUnavailable(Refused):
    """The database can do nothing now, whatever it is asked; the message says why, and what to do."""

    error_id = "database-unavailable"
    status = 503

    @classmethod
    def saying(cls, which: object, fault: object, what_to_do: str) -> DatabaseUnavailable:
        """About one database: the first line of what it says of itself, and what to do."""
        why = str(fault).strip().partition("\n")[0]
        return cls(f"the database {which} cannot be used: {why}; {what_to_do}")


class DatabaseBusy(DatabaseUnavailable):
    """Another program holds it just now."""
