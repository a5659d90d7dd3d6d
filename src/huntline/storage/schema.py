"""The tables. The organization's id comes first in every key and unique constraint; what must be unique on
the whole server (domains, numbers, names of organizations) has a unique index of its own besides."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    event,
    false,
    true,
)

from huntline.data_folder import MAIN_SHARD
from huntline.engine.commands import DecisionKind
from huntline.engine.model import Outcome
from huntline.engine.reasons import RingOutcome
from huntline.storage.columns import EnumText, Id, ReasonText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _organization_id() -> Column[str]:
    return Column("organization_id", Id, nullable=False)


def _position() -> Column[int]:
    return Column("position", Integer, nullable=False)


def _within(table: str, *columns: str, of: tuple[str, ...] = ()) -> ForeignKeyConstraint:
    """A reference inside the organization, checked at commit so that rows can be replaced in any order."""
    targets = [f"{table}.{column}" for column in ("organization_id", *(of or columns))]
    return ForeignKeyConstraint(["organization_id", *columns], targets, deferrable=True, initially="DEFERRED")


organizations = Table(
    "organizations",
    metadata,
    _organization_id(),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),  # casefold
    Column("max_waiting", Integer, nullable=False),
    Column("agent_limit", Integer, nullable=False),
    Column("max_calls", Integer, nullable=False, server_default="0"),
    Column("max_calls_per_second", Integer, nullable=False, server_default="0"),
    Column("max_registrations", Integer, nullable=False, server_default="0"),
    Column("communication_credits", Boolean, nullable=False),
    Column("opt_out_code", String),
    Column("opt_in_code", String),
    Column("more_star_codes", JSON, nullable=False),  # by their names, those that are not the default
    Column("propagation_delay", Boolean, nullable=False),
    Column("time_zone", String),  # IANA; null: that of the server
    Column("queue_name_in_identity", Boolean, nullable=False, server_default=true()),
    Column("country", String),  # ISO 3166-1; null: those of its numbers
    Column("may_dial", String, nullable=False, server_default="national"),
    Column("international_calls_a_day", Integer, nullable=False, server_default="20"),
    Column("international_minutes_a_day", Integer, nullable=False, server_default="60"),
    Column("licence_pools", JSON, nullable=False),  # pairs: licence, size
    Column("service_number_table", JSON, nullable=False),  # pairs: Phone System licences, service numbers
    Column("queue_table", JSON, nullable=False, server_default="[]"),  # licences of two kinds, queues
    Column("queues_need_licences", Boolean, nullable=False, server_default=false()),
    Column("phones_fetch_settings", Boolean, nullable=False, server_default=false()),
    Column("history_days", Integer, nullable=False, server_default="0"),
    Column("shard", String, nullable=False, server_default=MAIN_SHARD),  # the server that has it
    Column("revision", Integer, nullable=False),
    PrimaryKeyConstraint("organization_id"),
    Index(None, "name_key", unique=True),
)

domains = Table(
    "domains",
    metadata,
    _organization_id(),
    Column("domain", String, nullable=False),
    _position(),
    PrimaryKeyConstraint("organization_id", "domain"),
    _within("organizations"),
    Index(None, "domain", unique=True),
)

trunks = Table(
    "trunks",
    metadata,
    _organization_id(),
    Column("name", String, nullable=False),
    _position(),
    Column("addresses", JSON, nullable=False),
    Column("foreign_numbers", Boolean, nullable=False, server_default=false()),
    Column("is_trusted", Boolean, nullable=False, server_default=false()),
    Column("hosts", JSON, nullable=False, server_default="[]"),
    Column("transport", String, nullable=False, server_default="udp"),
    Column("username", String),
    Column("password", String),
    Column("registers", Boolean, nullable=False, server_default=false()),
    Column("registers_all_numbers", Boolean, nullable=False, server_default=false()),
    Column("options_interval", Integer, nullable=False, server_default="30"),
    Column("most_calls", Integer, nullable=False, server_default="0"),
    Column("most_calls_per_second", Integer, nullable=False, server_default="0"),
    Column("prefixes_in", JSON, nullable=False, server_default="[]"),
    Column("prefixes_out", JSON, nullable=False, server_default="[]"),
    Column("encryption", String, nullable=False, server_default="never"),
    Column("is_enabled", Boolean, nullable=False, server_default=true()),
    Column("numbers", JSON, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("organization_id", "name"),
    _within("organizations"),
)

numbers = Table(
    "numbers",
    metadata,
    _organization_id(),
    Column("number", String, nullable=False),
    _position(),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False, server_default="active"),
    Column("country", String),
    PrimaryKeyConstraint("organization_id", "number"),
    _within("organizations"),
    Index(None, "number", unique=True),
)

users = Table(
    "users",
    metadata,
    _organization_id(),
    Column("user_id", Id, nullable=False),
    _position(),
    Column("upn", String, nullable=False),
    Column("display_name", String, nullable=False),
    Column("licences", JSON, nullable=False),
    Column("voice_enabled", Boolean, nullable=False),
    Column("homed", String, nullable=False),
    Column("number", String),
    Column("extension", String),
    Column("contacts", JSON, nullable=False),
    Column("digests", JSON, nullable=False),
    Column("voicemail", String),
    Column("forward_to", String),
    Column("when_busy", String),
    Column("when_no_answer", String),
    Column("when_not_reachable", String),
    Column("ring_time", Integer, nullable=False),
    Column("also_ring", JSON, nullable=False),
    Column("hides_number", Boolean, nullable=False),
    Column("may_dial", String),  # null: as the organization
    Column("caller_id_policy", String),
    Column("external_id", String),
    Column("is_active", Boolean, nullable=False),
    Column("encryption", String),
    Column("phones", JSON, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("organization_id", "user_id"),
    UniqueConstraint("organization_id", "upn"),
    UniqueConstraint("organization_id", "number"),
    _within("organizations"),
    _within("numbers", "number"),
)

groups = Table(
    "groups",
    metadata,
    _organization_id(),
    Column("name_key", String, nullable=False),
    _position(),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("group_id", Id, nullable=False),
    Column("earlier", JSON, nullable=False),  # pairs: until (ISO 8601), members
    Column("caller_id_policy", String),
    Column("caller_id_rank", Integer),
    Column("external_id", String),
    Column("mail", String),
    PrimaryKeyConstraint("organization_id", "name_key"),
    _within("organizations"),
)

group_members = Table(
    "group_members",
    metadata,
    _organization_id(),
    Column("group_key", String, nullable=False),
    _position(),
    Column("user_id", Id),
    Column("member_group_key", String),  # one of the two is null
    PrimaryKeyConstraint("organization_id", "group_key", "position"),
    _within("groups", "group_key", of=("name_key",)),
    _within("groups", "member_group_key", of=("name_key",)),
    _within("users", "user_id"),
    Index(None, "organization_id", "user_id"),  # or each removal of a user would look through all members
)

audio = Table(
    "audio",
    metadata,
    _organization_id(),
    Column("sha256", String(64), nullable=False),
    Column("duration", Float, nullable=False),  # seconds
    Column("loudness", Float),  # dB of full scale, RMS
    PrimaryKeyConstraint("organization_id", "sha256"),
    _within("organizations"),
)

sound_files = Table(
    "sound_files",
    metadata,
    _organization_id(),
    Column("name_key", String, nullable=False),  # casefold
    _position(),
    Column("name", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    PrimaryKeyConstraint("organization_id", "name_key"),
    _within("organizations"),
    _within("audio", "sha256"),
)

caller_id_policies = Table(
    "caller_id_policies",
    metadata,
    _organization_id(),
    Column("name_key", String, nullable=False),  # casefold
    _position(),
    Column("name", String, nullable=False),
    Column("substitute", String, nullable=False),
    Column("service_number", String),
    Column("enable_user_override", Boolean, nullable=False),
    Column("block_incoming_pstn_caller_id", Boolean, nullable=False),
    Column("company_name", String, nullable=False),
    Column("description", String, nullable=False),
    PrimaryKeyConstraint("organization_id", "name_key"),
    _within("organizations"),
    _within("numbers", "service_number", of=("number",)),
)

queues = Table(
    "queues",
    metadata,
    _organization_id(),
    Column("queue_id", Id, nullable=False),
    _position(),
    Column("primary_uri", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),  # casefold
    Column("domain", String, nullable=False),
    Column("number", String),
    Column("greeting_sha256", String(64)),
    Column("greeting_name", String),
    Column("greeting_language", String),
    Column("music_sha256", String(64)),
    Column("music_name", String),
    Column("prompts", JSON, nullable=False),  # by the name of the setting: SHA-256, name, language
    Column("messages", JSON, nullable=False),  # the same of each
    Column("language", String, nullable=False),
    Column("distribution", String, nullable=False),
    Column("alerting", String, nullable=False),
    Column("agent_limit", Integer, nullable=False),
    Column("agent_alert_time", Integer, nullable=False),  # seconds, as all times of a queue
    Column("allow_opt_out", Boolean, nullable=False),
    Column("max_waiting", Integer, nullable=False),
    Column("overflow_action", String, nullable=False),
    Column("overflow_target", String),
    Column("max_wait", Integer, nullable=False),
    Column("timeout_action", String, nullable=False),
    Column("timeout_target", String),
    Column("no_agents_action", String, nullable=False),
    Column("no_agents_target", String),
    Column("no_agents_new_calls_only", Boolean, nullable=False),
    Column("presence_based_routing", Boolean, nullable=False),
    Column("ring_busy", Boolean, nullable=False),
    Column("wrap_up", Integer, nullable=False),
    Column("message_interval", Integer, nullable=False),
    Column("announce_position", Boolean, nullable=False),
    Column("announce_wait", Boolean, nullable=False),
    Column("announce_interval", Integer, nullable=False),
    Column("announce_to_agent", Boolean, nullable=False),
    PrimaryKeyConstraint("organization_id", "queue_id"),
    UniqueConstraint("organization_id", "primary_uri"),
    UniqueConstraint("organization_id", "name_key"),
    UniqueConstraint("organization_id", "number"),
    _within("organizations"),
    _within("domains", "domain"),
    _within("numbers", "number"),
    _within("audio", "greeting_sha256", of=("sha256",)),
    _within("audio", "music_sha256", of=("sha256",)),
)

queue_agents = Table(
    "queue_agents",
    metadata,
    _organization_id(),
    Column("queue_id", Id, nullable=False),
    _position(),
    Column("user_id", Id, nullable=False),
    PrimaryKeyConstraint("organization_id", "queue_id", "position"),
    _within("queues", "queue_id"),
    _within("users", "user_id"),
    Index(None, "organization_id", "user_id"),
)

queue_groups = Table(
    "queue_groups",
    metadata,
    _organization_id(),
    Column("queue_id", Id, nullable=False),
    _position(),
    Column("group_key", String, nullable=False),
    PrimaryKeyConstraint("organization_id", "queue_id", "position"),
    _within("queues", "queue_id"),
    _within("groups", "group_key", of=("name_key",)),
)

attendants = Table(
    "attendants",
    metadata,
    _organization_id(),
    Column("attendant_id", Id, nullable=False),
    _position(),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),  # casefold
    Column("domain", String, nullable=False),
    Column("language", String, nullable=False),
    Column("time_zone", String),  # IANA; null: that of the organization
    Column("operator", String),
    Column("hours", JSON),  # for each day, from Monday on, the spans; null: always open
    Column("open", JSON, nullable=False),  # an AttendantFlow, sounds by their content
    Column("after_hours", JSON, nullable=False),
    Column("holidays", JSON, nullable=False),
    Column("directory", JSON, nullable=False),
    PrimaryKeyConstraint("organization_id", "attendant_id"),
    UniqueConstraint("organization_id", "name_key"),
    _within("organizations"),
    _within("domains", "domain"),
)

attendant_numbers = Table(
    "attendant_numbers",
    metadata,
    _organization_id(),
    Column("attendant_id", Id, nullable=False),
    _position(),
    Column("number", String, nullable=False),
    PrimaryKeyConstraint("organization_id", "attendant_id", "position"),
    UniqueConstraint("organization_id", "number"),
    _within("attendants", "attendant_id"),
    _within("numbers", "number"),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    _organization_id(),
    Column("user_id", Id, nullable=False),
    Column("queue_id", Id, nullable=False),
    PrimaryKeyConstraint("organization_id", "user_id", "queue_id"),
    _within("users", "user_id"),
    _within("queues", "queue_id"),
)

# Voicemail. How a box is set, where somebody has set it; what is in it. ``box_id`` is the id of a user, a
# group or a queue; no references, since messages are there until somebody has heard of them.

mailboxes = Table(
    "mailboxes",
    metadata,
    _organization_id(),
    Column("box_id", Id, nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("language", String, nullable=False),
    Column("greeting_text", String),
    Column("greeting_file", String),
    Column("operator", String),
    Column("longest", Integer, nullable=False),  # seconds
    Column("kept_days", Integer, nullable=False),
    Column("quota", Integer, nullable=False),
    Column("mail", String),
    Column("attach_sound", Boolean, nullable=False),
    Column("pin_hash", String),  # argon2id, in its own text form
    Column("wrong_pins", Integer, nullable=False, server_default="0"),
    Column("locked_until", UtcDateTime),
    PrimaryKeyConstraint("organization_id", "box_id"),
)

voicemail_messages = Table(
    "voicemail_messages",
    metadata,
    _organization_id(),
    Column("message_id", Id, nullable=False),  # UUIDv7, so that it sorts as it came
    Column("box_id", Id, nullable=False),
    Column("call_id", String, nullable=False),
    Column("caller", String, nullable=False),
    Column("caller_name", String, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("seconds", Float),  # null: it is being recorded
    Column("heard_at", UtcDateTime),
    Column("saved_at", UtcDateTime),
    Column("taken_by", Id),
    Column("taken_at", UtcDateTime),
    Column("mail_due_at", UtcDateTime),  # null: nothing is to be sent
    Column("mail_tries", Integer, nullable=False, server_default="0"),
    Column("mail_error", String),
    PrimaryKeyConstraint("organization_id", "message_id"),
    Index(None, "organization_id", "box_id"),
    Index(None, "mail_due_at"),
)

# Who may change the settings. ``organization_id`` is empty for accounts of the host.

accounts = Table(
    "accounts",
    metadata,
    _organization_id(),
    Column("account_id", Id, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),  # casefold
    Column("role", String, nullable=False),
    Column("password_hash", String),  # argon2id, in its own text form
    Column("queue_ids", JSON, nullable=False),  # what a queue owner may change
    Column("user_id", Id),  # whose own things an agent may see
    Column("oidc_subject", String),  # issuer, a blank, subject
    Column("is_disabled", Boolean, nullable=False),
    Column("forgiven_at", UtcDateTime),  # what failed to sign in before counts no longer
    Column("created_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "account_id"),
    UniqueConstraint("organization_id", "name_key"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _organization_id(),
    Column("key_id", Id, nullable=False),
    Column("account_id", Id, nullable=False),
    Column("name", String, nullable=False),
    Column("key_hash", String(64), nullable=False),  # SHA-256: the key itself is random enough
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    PrimaryKeyConstraint("organization_id", "key_id"),
    _within("accounts", "account_id"),
    Index(None, "key_hash", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    _organization_id(),
    Column("session_hash", String(64), nullable=False),  # SHA-256
    Column("account_id", Id, nullable=False),
    Column("csrf_token", String, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "session_hash"),
    _within("accounts", "account_id"),
    Index(None, "session_hash", unique=True),
)

# Who changed what. No references either: it outlives what it tells of.

audit = Table(
    "audit",
    metadata,
    _organization_id(),
    Column("audit_id", Id, nullable=False),  # UUIDv7, so that it sorts as it happened
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("door", String, nullable=False),
    Column("what", String, nullable=False),
    Column("key", String, nullable=False),
    Column("field", String),
    Column("before", String),
    Column("after", String),
    Column("note", String, nullable=False),
    Column("revision", Integer, nullable=False),
    PrimaryKeyConstraint("organization_id", "audit_id"),
    Index(None, "organization_id", "at"),
)

# History. No references into the settings, which it outlives. ``month`` (202611) is that of the row's first
# moment and stands in the key, so that PostgreSQL can partition by it.

calls = Table(
    "calls",
    metadata,
    _organization_id(),
    Column("month", Integer, nullable=False),
    Column("call_id", String, nullable=False),
    Column("queue_id", Id, nullable=False),
    Column("first_queue_id", Id, nullable=False),
    Column("caller", String, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("waiting_since", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("agent_id", Id),
    Column("outcome", EnumText(Outcome), nullable=False),
    Column("reason", ReasonText, nullable=False),
    Column("transferred_from", String),  # the call that the caller was transferred out of
    PrimaryKeyConstraint("organization_id", "month", "call_id"),
    Index(None, "organization_id", "call_id"),
    Index(None, "organization_id", "arrived_at"),
    Index(None, "arrived_at"),
)

rings = Table(
    "rings",
    metadata,
    _organization_id(),
    Column("month", Integer, nullable=False),
    Column("ring_id", String, nullable=False),
    Column("call_id", String, nullable=False),
    Column("queue_id", Id, nullable=False),
    Column("agent_id", Id, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("outcome", EnumText(RingOutcome), nullable=False),
    Column("reason", ReasonText, nullable=False),
    PrimaryKeyConstraint("organization_id", "month", "ring_id"),
    Index(None, "organization_id", "call_id"),
    Index(None, "organization_id", "agent_id", "started_at"),
)

# Calls that were turned away before they were any: a row for each, or for as many as came in a flood.

refused_calls = Table(
    "refused_calls",
    metadata,
    _organization_id(),
    Column("month", Integer, nullable=False),
    Column("refusal_id", Id, nullable=False),  # UUIDv7, so that it sorts as it happened
    Column("at", UtcDateTime, nullable=False),
    Column("source", String, nullable=False),  # the address it came from
    Column("caller", String, nullable=False),
    Column("dialled", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("organization_id", "month", "refusal_id"),
    Index(None, "organization_id", "at"),
    Index(None, "at"),
)

decisions = Table(
    "decisions",
    metadata,
    _organization_id(),
    Column("month", Integer, nullable=False),
    Column("decision_id", Id, nullable=False),  # the same whenever it is recorded; sorts as decided
    Column("call_id", String, nullable=False),
    Column("queue_id", Id, nullable=False),
    Column("agent_id", Id),
    Column("at", UtcDateTime, nullable=False),
    Column("decision", EnumText(DecisionKind), nullable=False),
    Column("reason", ReasonText, nullable=False),
    PrimaryKeyConstraint("organization_id", "month", "decision_id"),
    Index(None, "organization_id", "call_id"),
)

# What was expected of half-hours of queues, to be compared with what history says of them.

forecasts = Table(
    "forecasts",
    metadata,
    _organization_id(),
    Column("queue_id", Id, nullable=False),
    Column("begins_at", UtcDateTime, nullable=False),  # of the half-hour
    Column("made_at", UtcDateTime, nullable=False),  # the first one
    Column("warned_at", UtcDateTime),  # null: nobody was warned
    Column("agents", Integer),  # who served the queue then
    Column("more_came", Boolean, nullable=False),  # after the warning
    PrimaryKeyConstraint("organization_id", "queue_id", "begins_at"),
    Index(None, "begins_at"),
)

# The servers that share the database. They are the host's, like its accounts.

shards = Table(
    "shards",
    metadata,
    _organization_id(),
    Column("name", String, nullable=False),
    Column("sip", JSON, nullable=False),  # transport:host:port, where phones are sent
    Column("pages", String, nullable=False),  # a URL
    Column("key_mark", String, nullable=False),  # which key seals its passwords; empty: none yet
    PrimaryKeyConstraint("organization_id", "name"),
)

# Files of organizations that go to another server, until that one has them.

moving_files = Table(
    "moving_files",
    metadata,
    _organization_id(),
    Column("to_shard", String, nullable=False),
    Column("folder", String, nullable=False),
    Column("name", String, nullable=False),
    Column("position", Integer, nullable=False),  # of the piece in the file
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organization_id", "folder", "name", "position"),
)

# On PostgreSQL a transaction meets rows of the organization that it acts for, and of all with ``*``. Whoever
# says neither meets none, not even as the owner of the tables.

_IS_MET = "(SELECT current_setting('huntline.organization', true))"  # asked once for each statement
for _table in metadata.tables.values():
    for _statement in (
        f"ALTER TABLE {_table.name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {_table.name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY of_organization ON {_table.name}"
        f" USING ({_IS_MET} = '*' OR organization_id = {_IS_MET})",
    ):
        event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
