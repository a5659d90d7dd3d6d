"""The demo organization: what ``huntline demo`` loads, and what it tells people about it."""

from __future__ import annotations

import sys
from dataclasses import replace

from huntline.apply import apply_file
from huntline.config import Config
from huntline.directory.access import Role
from huntline.directory.organization import Organization
from huntline.media.prompts.speak import speak
from huntline.network.setting_values import Listener, reachable_host
from huntline.sip.transport.address import source_address
from huntline.storage.accounts import Accounts, SignInAccount
from huntline.storage.audit import Actor
from huntline.storage.database import open_database
from huntline.storage.passwords import hashed
from huntline.storage.settings import Settings

DOMAIN = "contoso.com"
PASSWORD = "demo"  # noqa: S105 - a demonstration, printed on the screen
WEB_PASSWORD = "demo-demo-demo"  # noqa: S105 - the same, as long as people's passwords have to be
ADMIN = f"admin@{DOMAIN}"
HELP_DESK = "+14255550100"
DEMO_LINE = "+14255550199"
RECEPTION = "+14255550150"
PEOPLE = ("amal", "bao", "carla", "dmitri", "elena")  # accounts for real phones and for the pages
ACTORS = ("robin", "sascha", "toni")  # agents whom the demo plays itself
SOMEWHERE_OUTSIDE = ("198.51.100.1", 9)  # TEST-NET-2 (RFC 5737): routed outside, nobody is there
WELCOME = "Welcome to Contoso. All calls are answered in the order in which they arrive. Please hold."

_ACTOR = Actor("huntline demo", "file")

_FILE = f"""\
organization: Contoso
domains: [{DOMAIN}]
trunks:
  - {{name: this machine, addresses: [%(trunks)s], options_interval: 0}}
numbers:
  - {{number: "{HELP_DESK}", kind: service-toll}}
  - {{number: "{DEMO_LINE}", kind: service-toll}}
  - {{number: "{RECEPTION}", kind: service-toll}}
users:
%(users)s
queues:
  - name: Help Desk
    line_uri: tel:{HELP_DESK}
    greeting: {{file: welcome.wav}}
    agents: [%(people)s]
  - name: Demo Line
    line_uri: tel:{DEMO_LINE}
    distribution: round-robin
    agent_alert_time: 15
    wrap_up: 3
    max_wait: 60
    agents: [%(actors)s]
attendants:
  - name: Reception
    line_uris: ["tel:{RECEPTION}"]
    operator: Demo Line
    open:
      greeting: {{say: "Welcome to Contoso."}}
      action: menu
      menu:
        keys:
          - {{key: "1", action: forward, target: Demo Line, label: the demo line}}
          - {{key: "2", action: forward, target: Help Desk, label: the help desk}}
          - {{key: "3", action: directory-by-name}}
          - {{key: "0", action: operator}}
"""


def load_demo_organization(config: Config) -> None:
    """Write the organization's file and greeting into the data folder, apply it, and let its people sign in,
    the first time.

    Later it stays as people have changed it since.
    """
    if _is_loaded(config):
        return
    folder = config.data / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    greeting = folder / "welcome.wav"
    if not greeting.exists():
        speak(WELCOME, greeting)
    file = folder / "contoso.yaml"
    file.write_text(_organization(config))
    organization = apply_file(file, config.data, _ACTOR.name, config.database).organization
    _add_web_accounts(config, organization)


def _add_web_accounts(config: Config, organization: Organization) -> None:
    database = open_database(config.data, config.database, config.shard)
    try:
        accounts, password_hash = Accounts(database), hashed(WEB_PASSWORD)
        accounts.add(_account(organization, ADMIN, Role.ADMIN, password_hash), _ACTOR)
        for user in organization.users:
            if user.local_part in PEOPLE:
                account = _account(organization, user.upn, Role.AGENT, password_hash)
                accounts.add(replace(account, user_id=user.user_id), _ACTOR)
    finally:
        database.dispose()


def _account(organization: Organization, name: str, role: Role, password_hash: str) -> SignInAccount:
    return SignInAccount(
        organization_id=organization.organization_id, name=name, role=role, password_hash=password_hash
    )


def _is_loaded(config: Config) -> bool:
    database = open_database(config.data, config.database, config.shard)
    try:
        return bool(Settings(database).organizations())
    finally:
        database.dispose()


def how_to_take_part(config: Config) -> str:
    """What a person needs: accounts for the pages and for phones, also as lines for baresip, and the numbers
    to dial."""
    server = server_address(config)
    command = sys.argv[0]  # as it was called: not everybody has it on the path
    accounts = "\n".join(
        f"  <sip:{name}@{server};transport=udp>;auth_user={name};auth_pass={PASSWORD};regint=60"
        for name in PEOPLE
    )
    return (
        f"Open {config.web_address}/ and sign in as {PEOPLE[0]}@{DOMAIN}, any other agent, or {ADMIN};"
        f" password {WEB_PASSWORD}\n"
        f"Agents of the Help Desk (user {', '.join(PEOPLE)}; password {PASSWORD}; server {server}),"
        f" as lines for ~/.baresip/accounts:\n{accounts}\n"
        f"Call the Help Desk from any SIP phone on this machine: sip:{HELP_DESK}@{server}\n"
        f"Call the Demo Line, whose agents are played: sip:{DEMO_LINE}@{server}\n"
        f"Call the auto attendant, who asks for a key: sip:{RECEPTION}@{server}\n"
        f"Change it, in another terminal: {command} queue list --data {config.data}, or by cmdlets:"
        f" {command} pwsh --data {config.data}\n"
        f"The API is at http://{config.http}/api/v1; a key for it:"
        f" {command} account create me --role admin --data {config.data}"
    )


def server_address(config: Config) -> str:
    """Host and port where phones on this machine reach the server."""
    listener = udp_listener(config)
    host = reachable_host(listener.host)
    return f"[{host}]:{listener.port}" if ":" in host else f"{host}:{listener.port}"


def udp_listener(config: Config) -> Listener:
    """The server's first UDP listener, or its first of any kind."""
    return next((listener for listener in config.sip if listener.transport == "udp"), config.sip[0])


def _organization(config: Config) -> str:
    users = "\n".join(
        f"  - {{upn: {name}@{DOMAIN}, display_name: {name.title()}, licences: [E5],"
        f" voice_enabled: true, sip_password: {PASSWORD}}}"
        for name in PEOPLE + ACTORS
    )
    trunks = dict.fromkeys(
        ["127.0.0.1", *(reachable_host(listener.host) for listener in config.sip), *_own_addresses()]
    )
    return _FILE % {
        "trunks": ", ".join(f'"{address}"' for address in trunks),
        "users": users,
        "people": ", ".join(f"{name}@{DOMAIN}" for name in PEOPLE),
        "actors": ", ".join(f"{name}@{DOMAIN}" for name in ACTORS),
    }


def _own_addresses() -> list[str]:
    """Where a phone on this machine calls from when it does not choose the loopback interface."""
    try:
        return [source_address(SOMEWHERE_OUTSIDE)]
    except OSError:  # this machine has no way out
        return []
