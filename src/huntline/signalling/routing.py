"""The site: answers the B2BUA's questions about phones, forwards, prompts and star codes by the plan."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from huntline.attendant.dial_by_name import DialDirectory
from huntline.attendant.model import FlowPlan
from huntline.calls.contacts import Callee, Contact
from huntline.calls.diversion import Hop, number_hop, person_hop
from huntline.calls.encryption import encryption_by_way
from huntline.clock import zone_of
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Organization, prompt_of
from huntline.directory.plan import Account, ServerPlan
from huntline.directory.star_codes import StarCode, queues_meant
from huntline.engine.events import OptInRequested, OptOutRequested
from huntline.engine.model import ExitPrompt
from huntline.engine.refusals import AgentNotInQueue, UnknownAgent
from huntline.engine.waits import WaitBand
from huntline.errors import Refused
from huntline.languages.said import goodbye
from huntline.languages.speaking import DEFAULT_LANGUAGE
from huntline.languages.waiting import call_sentence, position_sentence, wait_sentence, waited_sentence
from huntline.media.interface import Speaking
from huntline.signalling.own_rules import OwnRules
from huntline.signalling.runner import Runner
from huntline.signalling.trunk_service import TrunkService
from huntline.sip.core.grammar import GrammarError, parse_uri
from huntline.sip.servers.registrar import Registrar

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BuiltinSounds:
    """Where the built-in prompts are, as sources for the media driver."""

    music: str
    confirm_tone: str
    refuse_tone: str
    ringing_tone: str


class NoQueueToLeave(Refused):
    """A user who is no agent of the named queue, or of any."""

    error_id = "agent-not-in-queue"


class NoSuchOrganization(Refused):
    """Nothing of that organization is on this server."""

    error_id = "unknown-organization"
    status = 404


class UnknownUser(Refused):
    """Nobody of that address belongs to this server."""

    error_id = "unknown-user"
    status = 404


class Routing:
    """``remember`` stores an opt-out or opt-in: (organization id, user id, queue id, is opted out)."""

    def __init__(
        self,
        settings: SettingsInForce,
        registrar: Registrar,
        runner: Runner,
        sounds: BuiltinSounds,
        speech: Speaking,
        audio_folder: Path,
        remember: Callable[[str, str, str, bool], Awaitable[None]],
        own_rules: OwnRules,
        wall: Callable[[], datetime],
        trunks: TrunkService,
    ) -> None:
        self._settings = settings
        self._registrar = registrar
        self._runner = runner
        self._sounds, self._speech = sounds, speech
        self._audio_folder = audio_folder
        self._remember = remember
        self._own_rules = own_rules
        self._wall = wall
        self._trunks = trunks

    @property
    def _plan(self) -> ServerPlan:
        return self._settings.plan

    # -- phones

    def contacts(self, account_id: str) -> list[Contact]:
        """Registered phones first, then the fixed contacts of the organization file."""
        account = self._plan.account_by_id(account_id)
        wanted = account.encryption if account else None
        fixed = [
            Contact(uri, encryption=encryption_by_way(wanted, None, uri))
            for uri in (account.contacts if account else ())
        ]
        registered = [
            Contact(
                binding.contact_uri,
                binding.flow,
                binding.path,
                encryption=encryption_by_way(wanted, binding.flow),
            )
            for binding in self._registrar.bindings(account_id)
        ]
        return registered + fixed

    def callee(self, organization_id: str, target: str) -> Callee:
        """A person of ours is rung on their phones, a number by the trunk, all else as written."""
        try:
            uri = parse_uri(target)
        except GrammarError:
            return Callee(None, [])
        account = self._plan.account(uri.user or "", uri.host) if uri.scheme != "tel" else None
        if account is not None and account.organization_id == organization_id:
            return self.person(account)
        if uri.scheme == "tel":
            return self._outside(organization_id, uri.user or "")
        return Callee(None, [Contact(target)], path=(Hop(uri),))

    def _outside(self, organization_id: str, number: str) -> Callee:
        ways, failure = self._trunks.ways(organization_id, number)
        first = next(iter(ways), None)
        return Callee(
            None,
            [replace(first, further=tuple(ways[1:]))] if first else [],
            is_by_trunk=True,
            path=(number_hop(self._plan, organization_id, number),),
            shows_foreign_numbers=first is not None and first.shows_foreign_numbers,
            is_trusted=first is not None and first.is_trusted,
            failure=failure,
        )

    def person(self, account: Account) -> Callee:
        """Who is rung for a person: their own phones, whatever they want done with all calls."""
        return Callee(
            account.user_id,
            self.contacts(account.user_id),
            path=(person_hop(self._plan, account),),
            rule=self._plan.rule_of(account.user_id),
        )

    # -- prompts

    def greeting(self, queue_id: str) -> str | None:
        """The source of a queue's greeting, None without one."""
        queue = self._plan.queue(queue_id)
        return self._source(queue.greeting.sha256) if queue is not None and queue.greeting else None

    def exit_prompt(self, queue_id: str, prompt: ExitPrompt) -> str | None:
        """The source of what a queue says before an exit: who is hung up on hears a sentence in any case."""
        queue = self._plan.queue(queue_id)
        sound = prompt_of(queue, prompt) if queue is not None else None
        if sound is not None:
            return self._source(sound.sha256)
        language = queue.language if queue is not None else DEFAULT_LANGUAGE
        return self._speech.known(goodbye(language), language) if prompt is ExitPrompt.DISCONNECT else None

    def message(self, queue_id: str, number: int) -> str | None:
        """The source of one of the messages of a queue."""
        queue = self._plan.queue(queue_id)
        messages = queue.messages if queue is not None else ()
        return self._source(messages[number].sha256) if number < len(messages) else None

    def place_in_line(self, queue_id: str, position: int | None, wait: WaitBand | None) -> Sequence[str]:
        """The sources of position and wait that have been spoken."""
        queue = self._plan.queue(queue_id)
        language = queue.language if queue is not None else DEFAULT_LANGUAGE
        sentences = []
        if position is not None:
            sentences.append(position_sentence(position, language))
        if wait is not None:
            sentences.append(wait_sentence(wait, language))
        return self._spoken(sentences, language)

    def introduction(self, queue_id: str, waited: timedelta) -> Sequence[str]:
        """The sources of what an agent is told of a call, as far as it has been spoken."""
        queue = self._plan.queue(queue_id)
        if queue is None:
            return ()
        sentences = (call_sentence(queue.name, queue.language), waited_sentence(waited, queue.language))
        return self._spoken(sentences, queue.language)

    def _spoken(self, sentences: Iterable[str], language: str) -> list[str]:
        sources = (self._speech.known(sentence, language) for sentence in sentences)
        return [source for source in sources if source is not None]

    def music(self, queue_id: str | None) -> str:
        """The source of a queue's music on hold."""
        queue = self._plan.queue(queue_id) if queue_id else None
        return self._source(queue.music.sha256) if queue is not None and queue.music else self._sounds.music

    @property
    def ringing_tone(self) -> str:
        """The source of what a caller hears while somebody is rung."""
        return self._sounds.ringing_tone

    def _source(self, sha256: str) -> str:
        return str(self._audio_folder / sha256)

    # -- attendants

    def flow(self, attendant_id: str) -> FlowPlan | None:
        """What a caller of an attendant gets who comes now, by its own clocks."""
        return self._plan.attendant_flow(attendant_id, self._wall(), zone_of)

    def dial_directory(self, attendant_id: str) -> DialDirectory:
        """Whom callers of an attendant can dial by name or extension."""
        return self._plan.dial_directory(attendant_id)

    def sound(self, sha256: str) -> str:
        """The source of audio of the library."""
        return self._source(sha256)

    # -- opting in and out

    async def obey_star_code(self, account_id: str, code: StarCode) -> str:
        """Do what a user dialled for; returns the tone to play."""
        account = self._plan.account_by_id(account_id)
        if account is None:
            return self._sounds.refuse_tone
        try:
            if code.action in ("opt-out", "opt-in"):
                queue_id = self._queue_behind(code, account)
                await self.set_opted_out(account, queue_id, is_opted_out=code.action == "opt-out")
            else:
                await self._own_rules.obey(account, code)
        except Refused as refusal:
            log.info("star code refused", extra={"user": account.upn, "reason": str(refusal)})
            return self._sounds.refuse_tone
        return self._sounds.confirm_tone

    def _queue_behind(self, code: StarCode, account: Account) -> str | None:
        """The queue of the user's whose number was dialled behind a code; None where no number was.

        Raises NoQueueToLeave where it is that of none, or of several.
        """
        if not code.dialled:
            return None
        own = filter(None, map(self._plan.queue, self._plan.queues_of(account.user_id)))
        meant = queues_meant(code.dialled, own)
        if len(meant) != 1:
            found = ", ".join(queue.name for queue in meant) or "none"
            message = f"{code.dialled} must be the number of one queue of {account.upn}; so end: {found}"
            raise NoQueueToLeave(message)
        return meant[0].queue_id

    async def set_opted_out(self, account: Account, queue_id: str | None, *, is_opted_out: bool) -> list[str]:
        """Opt a user out of or into one queue, or all; returns the names of the queues. Raises Refused.

        With several queues those that allow it are done; it is refused when none does.
        """
        own = self._plan.queues_of(account.user_id)
        if queue_id and queue_id not in own and (queue := self._plan.queue(queue_id)):
            raise AgentNotInQueue(account.upn, queue.name)
        queue_ids = [queue_id] if queue_id else list(own)
        done: list[str] = []
        refusal: Refused = NoQueueToLeave(f"{account.upn} is an agent of no queue")
        for each in queue_ids:
            try:
                await self._opt(account, each, is_opted_out)
            except Refused as error:
                refusal = error
                continue
            queue = self._plan.queue(each)
            done.append(queue.name if queue else each)
        if not done:
            raise refusal
        return done

    async def _opt(self, account: Account, queue_id: str, is_opted_out: bool) -> None:
        """Opt a user out of or into a queue, both now and for later. Raises Refused with nothing changed."""
        out, back = OptOutRequested(account.user_id, queue_id), OptInRequested(account.user_id, queue_id)
        self._runner.request(out if is_opted_out else back)
        try:
            await self._remember(account.organization_id, account.user_id, queue_id, is_opted_out)
        except Refused:
            self._runner.request(back if is_opted_out else out)
            raise

    # -- names

    def organization_with_id(self, organization_id: str) -> Organization:
        """An organization. Raises UnknownOrganization."""
        organization = self._plan.organization(organization_id)
        if organization is None:
            raise NoSuchOrganization(f"there is no organization {organization_id!r}")
        return organization

    def user_named(self, upn: str) -> Account:
        """The account of a UPN. Raises UnknownUser."""
        user, _, host = upn.partition("@")
        account = self._plan.account(user, host)
        if account is None:
            raise UnknownUser(f"there is no user {upn!r}; huntline status lists the agents")
        return account

    def agent_named(self, upn: str) -> Account:
        """The account of an agent of any queue. Raises UnknownUser, UnknownAgent."""
        account = self.user_named(upn)
        if not self._plan.queues_of(account.user_id):
            raise UnknownAgent(account.upn)
        return account
