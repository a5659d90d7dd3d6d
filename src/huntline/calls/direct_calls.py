"""Direct calls: people and numbers are dialled whom no queue is asked about."""

from __future__ import annotations

from huntline.calls.model import Call, OwnerKind, Party, Ring
from huntline.calls.moves import Moves
from huntline.calls.parts import CallParts
from huntline.calls.tools import CallTools
from huntline.calls.voicemail_calls import VoicemailCalls
from huntline.directory.plan import OutsideNumber, Target
from huntline.directory.star_codes import StarCode
from huntline.engine.model import Transfer
from huntline.engine.reasons import Cause, Destination, Reason
from huntline.sip.core.events import LegRinging


class DirectCalls:
    """The owner of all calls that no queue has, and of the rings of whom they are for: such a call ends as
    soon as one of the two is gone."""

    kind = OwnerKind.DIRECT
    party = Party.TARGET
    has_places = False

    def __init__(self, tools: CallTools, parts: CallParts, moves: Moves, voicemail: VoicemailCalls) -> None:
        self._tools = tools
        self._moves = moves
        self._voicemail = voicemail
        self._alerting = parts.alerting
        self._early = parts.early
        self._audio_paths = parts.audio_paths
        self._ends = parts.ends
        self._prompting = parts.prompting

    def arrived(self, call: Call, target: Target) -> None:
        """A caller has dialled somebody, and their audio is ready."""
        if call.caller.account_id is None:
            call.path = self._alerting.path_so_far(call, target)
        if isinstance(target, StarCode) and target.action == "voicemail":
            self._voicemail.listen(call, call.caller.account_id or "")
        elif isinstance(target, StarCode) and target.action == "echo":
            self._audio_paths.answer_caller(call)
            self._tools.media.bridge(call.caller.media_id, call.caller.media_id)
        elif isinstance(target, StarCode):
            self._audio_paths.answer_caller(call)
            self._tools.tasks.spawn(self._obey(call, target))
        else:
            call.hides_number = isinstance(target, OutsideNumber) and target.hides_number
            self._moves.go(call, target)

    async def _obey(self, call: Call, code: StarCode) -> None:
        tone = await self._tools.site.obey_star_code(call.caller.account_id or "", code)
        if call.call_id in self._tools.book.calls:
            self._prompting.play(call, (tone,))

    # -- what happens to its calls (CallOwner)

    def prompt_finished(self, call: Call, sources: tuple[str, ...]) -> None:
        """Where nobody is called it was the tone that answers a star code: that was all."""
        if not call.rings:
            self._ends.end(call)

    def key_pressed(self, call: Call, key: str) -> None:
        """No key means anything while somebody is rung."""

    def caller_left(self, call: Call) -> None:
        """The call is over."""
        self._ends.end(call)

    def caller_lost(self, call: Call, reason: Reason) -> None:
        """The call is over."""
        self._ends.end(call)

    def caller_renamed(self, call: Call) -> None:
        """Nobody writes it down."""

    def caller_replaced(self, call: Call, transfer: Transfer) -> None:
        """There are no places here."""

    def handed_on(self, call: Call, to: Destination) -> None:
        """The call is over."""
        self._ends.end(call)

    def transfer_failed(self, call: Call, reason: Reason) -> None:
        """Nobody is left whom the caller could talk to."""
        self._ends.end(call)

    def transfer_by(self, call: Call, user_id: str | None) -> Transfer:
        """Out of a direct call."""
        return Transfer(user_id, Cause.OUT_OF_A_DIRECT_CALL)

    def let_go(self, call: Call) -> None:
        """Nothing is held here."""

    # -- how its rings go (RingOwner)

    def ringing(self, call: Call, ring: Ring, event: LegRinging) -> None:
        """The caller hears it."""
        self._early.rings(call, ring, event)

    def answered(self, call: Call, ring: Ring) -> None:
        """The caller gets who answered."""
        self._alerting.stop(call)
        self._audio_paths.answer_caller(call)
        self._audio_paths.connect(call, ring)

    def failed(self, call: Call, ring: Ring) -> None:
        """Their rule counts; without one the caller is told as much as concerns them."""
        self._moves.not_taken(call, ring)

    def connected(self, call: Call, ring: Ring) -> None:
        """They talk."""
        self._audio_paths.talk(call, ring)

    def not_connected(self, call: Call, ring: Ring, reason: Reason) -> None:
        """They cannot hear each other: the call is over."""
        self._ends.end(call)

    def left(self, call: Call, ring: Ring) -> None:
        """The call is over."""
        self._ends.end(call)

    def left_by_transfer(self, call: Call, ring: Ring, to: Destination) -> None:
        """The caller waits for whoever is rung for them."""
