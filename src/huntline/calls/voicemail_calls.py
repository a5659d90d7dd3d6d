"""Voicemail calls: callers who leave a message, and owners who hear theirs by phone (rules section 7)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, assert_never

from huntline.calls.box_listening import BoxListening
from huntline.calls.box_visit import BoxPrompt, BoxStep, BoxVisit
from huntline.calls.diversion import Hop
from huntline.calls.mailroom import Mailroom, NoRoom, Said
from huntline.calls.model import Call, OwnerKind, Stop
from huntline.calls.moves import Moves
from huntline.calls.parts import CallParts
from huntline.calls.tools import CallTools
from huntline.engine.model import Transfer
from huntline.engine.reasons import Destination, DestinationKind, Reason
from huntline.errors import HuntlineError
from huntline.media.interface import RecordingEnded
from huntline.sip.core.grammar import parse_uri

log = logging.getLogger(__name__)

SILENCE_S = 5.0
"""So long a silence ends a message."""

_LONGEST_GREETING_S = 120.0
_LONGEST_PIN = 10

_FILE_IS_WHOLE_AFTER_S = 2.0
"""How long media may take to end a file before it is taken as it is: media may be away just then."""

_AGAIN_AFTER_S = 5.0


class VoicemailCalls:
    """The owner of calls that are in a mailbox. A call comes by ``enter`` to leave a message, by ``listen``
    to hear the caller's own; what it is in the middle of stands in ``Call.box_visit``."""

    kind = OwnerKind.VOICEMAIL
    has_places = False

    def __init__(self, tools: CallTools, parts: CallParts, moves: Moves, mailroom: Mailroom) -> None:
        self._tools = tools
        self._prompting = parts.prompting
        self._audio_paths = parts.audio_paths
        self._moves = moves
        self._mailroom = mailroom
        self._listening = BoxListening()
        self._typed: dict[str, str] = {}  # what callers have typed of their PIN, in no record
        self._recorded: dict[str, str] = {}  # ids of messages by the files that media writes
        self._timers: dict[str, asyncio.TimerHandle] = {}

    # -- a call comes

    def hop(self, place_id: str) -> Hop | None:
        """How the path of a call names a box; None where there is none, or it is off."""
        owner = self._mailroom.owner(place_id)
        if owner is None:
            return None
        uri = parse_uri(owner.address)
        return Hop(uri, owner.name)

    def enter(self, call: Call, place_id: str) -> None:
        """Let a caller leave a message."""
        self._begin(call, BoxVisit(place_id))

    def listen(self, call: Call, user_id: str) -> None:
        """Let a user hear their own messages, once they have typed their PIN."""
        self._audio_paths.answer_caller(call)
        hop = self.hop(user_id)
        if hop is not None:
            call.stop = Stop(hop, Destination(DestinationKind.VOICEMAIL, hop.name))
        self._begin(call, BoxVisit(user_id, BoxStep.ASKING_PIN))

    def _begin(self, call: Call, visit: BoxVisit) -> None:
        call.owner, call.box_visit = self, visit
        self._do(call, visit)

    def take_up(self, call: Call) -> None:
        """Go on with a visit that began in an earlier process."""
        visit = call.box_visit
        if visit is None or call.owner is not self:
            return
        if visit.path is not None and visit.recording_id is not None and not visit.is_greeting:
            self._recorded[visit.path] = visit.recording_id
        if visit.waits_until is not None:
            self._set_timer(call, visit.waits_until)
        self._do(call, visit)

    def recordings_under_way(self) -> frozenset[str]:
        """The ids of messages that are being recorded: all others that are not whole have nobody any more."""
        return frozenset(self._recorded.values())

    # -- what happens to its calls (CallOwner)

    def prompt_finished(self, call: Call, sources: tuple[str, ...]) -> None:
        """What follows a prompt."""
        visit = call.box_visit
        if visit is None:
            return
        match visit.step:
            case BoxStep.GREETING if visit.is_full:
                self._moves.end(call)
            case BoxStep.GREETING:
                self._go_to(call, visit, BoxStep.PREPARING)
            case BoxStep.BEEP:
                self._record(call, visit)
            case BoxStep.SPEAKING:
                self._moves.end(call)
            case BoxStep.ASKING_PIN | BoxStep.LISTENING:
                self._wait_for_key(call, visit)
            case _:
                pass

    def key_pressed(self, call: Call, key: str) -> None:
        """``#`` ends the greeting or the message, ``0`` leads to the operator, ``*`` asks for the PIN."""
        visit = call.box_visit
        if visit is None:
            return
        self._stop_waiting(call)
        match visit.step, key:
            case BoxStep.GREETING | BoxStep.ENTERING, "#" if not visit.is_full:
                self._go_to(call, visit, BoxStep.PREPARING)
            case BoxStep.GREETING | BoxStep.ENTERING, "0":
                self._go_to_operator(call, visit)
            case BoxStep.GREETING | BoxStep.ENTERING, "*":
                self._go_to(call, visit, BoxStep.ASKING_PIN)
            case BoxStep.RECORDING, "#":
                self._tools.media.stop_recording(call.caller.media_id)
            case BoxStep.ASKING_PIN, _:
                self._type(call, visit, key)
            case BoxStep.LISTENING, _:
                self._listened(call, visit, key)
            case _:
                pass

    def caller_left(self, call: Call) -> None:
        """What was said until then is a message."""
        self._moves.keeper(call).caller_left(call)

    def caller_lost(self, call: Call, reason: Reason) -> None:
        """What was said until then is a message."""
        self._moves.keeper(call).caller_lost(call, reason)

    def caller_renamed(self, call: Call) -> None:
        """Whoever keeps the record writes it down."""
        self._moves.keeper(call).caller_renamed(call)

    def caller_replaced(self, call: Call, transfer: Transfer) -> None:
        """Whoever keeps the record writes it down."""
        self._moves.keeper(call).caller_replaced(call, transfer)

    def handed_on(self, call: Call, to: Destination) -> None:
        """The call is over here."""
        self._moves.keeper(call).handed_on(call, to)

    def transfer_failed(self, call: Call, reason: Reason) -> None:
        """Nobody is left who could speak."""
        self._moves.keeper(call).transfer_failed(call, reason)

    def transfer_by(self, call: Call, user_id: str | None) -> Transfer:
        """As of the call that it is."""
        return self._moves.keeper(call).transfer_by(call, user_id)

    def let_go(self, call: Call) -> None:
        """What was said until now is a message; whatever the caller was in the middle of is over."""
        visit, call.box_visit = call.box_visit, None
        self._stop_timer(call)
        self._typed.pop(call.call_id, None)
        if visit is not None and visit.path is not None:
            self._tools.media.stop_recording(call.caller.media_id)
            loop = asyncio.get_running_loop()
            loop.call_later(_FILE_IS_WHOLE_AFTER_S, self._finish_abandoned, visit.path)

    def recording_ended(self, event: RecordingEnded) -> None:
        """Media writes the file no more; its call may be over."""
        call = self._tools.book.by_media(event.leg_id)
        visit = call.box_visit if call is not None else None
        if call is None or visit is None or visit.path != event.path:
            self._finish_abandoned(event.path)
        elif visit.step is BoxStep.RECORDING:
            self._go_to(call, visit, BoxStep.STORING)

    def _finish_abandoned(self, path: str) -> None:
        message_id = self._recorded.pop(path, None)
        if message_id is not None:
            self._tools.tasks.spawn(self._finish_alone(message_id))

    async def _finish_alone(self, message_id: str) -> None:
        await self._finish(message_id)

    async def _finish(self, message_id: str) -> bool:
        try:
            return await self._mailroom.finish(message_id)
        except (HuntlineError, OSError) as error:
            # It is not lost: what is on file is made a message later, or by whoever starts next.
            log.error("a message is not stored yet", extra={"message_id": message_id, "reason": str(error)})
            self._tools.tasks.spawn(self._finish_later(message_id))
            return False

    async def _finish_later(self, message_id: str) -> None:
        await asyncio.sleep(_AGAIN_AFTER_S)
        await self._finish(message_id)

    # -- each step

    def _go_to(self, call: Call, visit: BoxVisit, step: BoxStep) -> None:
        visit.step = step
        self._do(call, visit)

    def _do(self, call: Call, visit: BoxVisit) -> None:
        """Do what the step waits for; steps in which media or the caller has the next word have nothing."""
        self._tools.changed(call)
        work = self._work(call, visit)
        if work is not None:
            self._tools.tasks.spawn(self._guarded(call, visit, work))

    def _work(self, call: Call, visit: BoxVisit) -> Coroutine[Any, Any, None] | None:
        match visit.step:
            case BoxStep.ENTERING:
                return self._greet(call, visit)
            case BoxStep.PREPARING:
                return self._prepare(call, visit)
            case BoxStep.STORING:
                return self._store(call, visit)
            case BoxStep.ASKING_PIN:
                return self._ask_pin(call, visit)
            case BoxStep.CHECKING_PIN:
                return self._check_pin(call, visit)
            case BoxStep.OPENING:
                return self._open(call, visit)
            case BoxStep.CHANGING:
                return self._change(call, visit)
            case BoxStep.SPEAKING:
                return self._say(call, visit, Said(visit.last_word))
            case BoxStep.GREETING | BoxStep.BEEP | BoxStep.RECORDING | BoxStep.LISTENING:
                return None
            case _:
                assert_never(visit.step)

    async def _guarded(self, call: Call, visit: BoxVisit, work: Coroutine[Any, Any, None]) -> None:
        """What cannot be done ends the visit with a word about it."""
        try:
            await work
        except (HuntlineError, OSError) as error:
            log.error("a mailbox cannot be used", extra={"box_id": visit.box_id, "reason": str(error)})
            if self._is_there(call, visit) and visit.step is not BoxStep.SPEAKING:
                self._speak_last(call, visit, BoxPrompt.CANNOT_RECORD)
            elif self._is_there(call, visit):
                self._moves.end(call)

    def _is_there(self, call: Call, visit: BoxVisit) -> bool:
        return call.box_visit is visit and not call.is_released

    def _speak_last(self, call: Call, visit: BoxVisit, word: BoxPrompt) -> None:
        visit.last_word = word
        self._go_to(call, visit, BoxStep.SPEAKING)

    async def _say(self, call: Call, visit: BoxVisit, *said: Said) -> None:
        """Play it in place of what the caller hears, if the visit is still where it was."""
        step = visit.step
        sources = await self._mailroom.sources(visit.box_id, said)
        if self._is_there(call, visit) and visit.step is step:
            self._play(call, sources)

    def _play(self, call: Call, sources: tuple[str, ...]) -> None:
        if sources:
            self._prompting.play(call, sources)
        else:  # nothing can be said: as if it had been
            self.prompt_finished(call, ())

    # -- somebody leaves a message

    async def _greet(self, call: Call, visit: BoxVisit) -> None:
        visit.is_full = await self._mailroom.is_full(visit.box_id)
        owner = self._mailroom.owner(visit.box_id)
        prompt = BoxPrompt.FULL if visit.is_full else BoxPrompt.GREETING
        sources = await self._mailroom.sources(visit.box_id, [Said(prompt, owner.name if owner else "")])
        if self._is_there(call, visit) and visit.step is BoxStep.ENTERING:
            visit.step = BoxStep.GREETING
            self._play(call, sources)

    def _go_to_operator(self, call: Call, visit: BoxVisit) -> None:
        written = self._mailroom.settings(visit.box_id).operator
        target = self._tools.plan.written_target(call.organization_id, written) if written else None
        if target is not None:
            self._moves.go(call, target)

    async def _prepare(self, call: Call, visit: BoxVisit) -> None:
        caller = call.caller_id
        try:
            message_id, path = await self._mailroom.begin(
                visit.box_id, call.call_id, caller.user, caller.display_name
            )
        except NoRoom:
            if self._is_there(call, visit):
                self._speak_last(call, visit, BoxPrompt.FULL)
            return
        if not self._is_there(call, visit) or visit.step is not BoxStep.PREPARING:
            await self._finish(message_id)
            return
        visit.recording_id, visit.path, visit.step = message_id, path, BoxStep.BEEP
        self._recorded[path] = message_id
        self._prompting.play(call, (self._mailroom.beep,))

    def _record(self, call: Call, visit: BoxVisit) -> None:
        if visit.path is None:
            return
        visit.step = BoxStep.RECORDING
        longest = _LONGEST_GREETING_S if visit.is_greeting else self._mailroom.settings(visit.box_id).longest
        self._tools.changed(call)
        self._tools.media.record(call.caller.media_id, visit.path, most_s=float(longest), silence_s=SILENCE_S)

    async def _store(self, call: Call, visit: BoxVisit) -> None:
        path, recording_id = visit.path or "", visit.recording_id or ""
        if visit.is_greeting:
            is_kept = await self._mailroom.keep_greeting(visit.box_id, recording_id)
            prompt = BoxPrompt.GREETING_STORED if is_kept else BoxPrompt.GREETING_NOT_STORED
        else:
            self._recorded.pop(path, None)
            is_kept = await self._finish(recording_id)
            prompt = BoxPrompt.STORED if is_kept else BoxPrompt.NOT_STORED
        if not self._is_there(call, visit):
            return
        visit.path = visit.recording_id = None
        if not visit.is_greeting:
            self._speak_last(call, visit, prompt)
            return
        visit.is_greeting, visit.step = False, BoxStep.LISTENING
        await self._say(call, visit, Said(prompt), *self._listening.choices(visit))

    # -- the owner hears their messages

    async def _ask_pin(self, call: Call, visit: BoxVisit) -> None:
        refusal = None
        if not await self._mailroom.has_pin(visit.box_id):
            refusal = BoxPrompt.NO_PIN
        elif await self._mailroom.is_locked(visit.box_id):
            refusal = BoxPrompt.LOCKED
        if refusal is not None:
            if self._is_there(call, visit):
                self._speak_last(call, visit, refusal)
            return
        wrong = [Said(BoxPrompt.WRONG_PIN)] if visit.tries else []
        await self._say(call, visit, *wrong, Said(BoxPrompt.ENTER_PIN))

    def _type(self, call: Call, visit: BoxVisit, key: str) -> None:
        """A key of the PIN, which is whole with ``#``; ``*`` ends."""
        typed = self._typed.get(call.call_id, "")
        if key == "*":
            self._speak_last(call, visit, BoxPrompt.GOODBYE)
        elif key == "#" or len(typed) == _LONGEST_PIN:
            self._typed[call.call_id] = typed
            self._go_to(call, visit, BoxStep.CHECKING_PIN)
        else:
            self._typed[call.call_id] = typed + key
            self._prompting.cut(call)
            self._wait_for_key(call, visit)

    async def _check_pin(self, call: Call, visit: BoxVisit) -> None:
        typed = self._typed.pop(call.call_id, None)
        if typed is None:  # it was typed to an earlier process
            self._go_to(call, visit, BoxStep.ASKING_PIN)
            return
        is_right = await self._mailroom.is_pin(visit.box_id, typed)
        is_locked = not is_right and await self._mailroom.is_locked(visit.box_id)
        if not self._is_there(call, visit):
            return
        if is_right:
            self._go_to(call, visit, BoxStep.OPENING)
        elif is_locked:
            self._speak_last(call, visit, BoxPrompt.LOCKED)
        elif visit.tries + 1 == BoxListening.MOST_TRIES:
            self._speak_last(call, visit, BoxPrompt.WRONG_PIN)
        else:
            visit.tries += 1
            self._go_to(call, visit, BoxStep.ASKING_PIN)

    async def _open(self, call: Call, visit: BoxVisit) -> None:
        messages = await self._mailroom.messages(visit.box_id)
        if self._is_there(call, visit):
            visit.messages, visit.place, visit.step = messages, 0, BoxStep.LISTENING
            await self._play_message(call, visit, *self._listening.counted(visit))

    async def _play_message(self, call: Call, visit: BoxVisit, *before: Said) -> None:
        """Tell of the message whose turn it is, and let it be heard."""
        self._tools.changed(call)
        message = visit.message
        introduced = self._listening.introduced(visit)
        sources = await self._mailroom.sources(visit.box_id, [*before, *introduced])
        choices = await self._mailroom.sources(visit.box_id, self._listening.choices(visit))
        if not self._is_there(call, visit) or visit.message is not message:
            return
        sound = (message.sound,) if message is not None and message.sound is not None else ()
        self._play(call, (*sources, *sound, *choices))
        if message is not None and sound and message.is_new:
            await self._mailroom.heard(message.message_id, visit.box_id)

    async def _change(self, call: Call, visit: BoxVisit) -> None:
        message, change = visit.message, visit.change
        if message is not None and change is not None:
            await self._mailroom.change(message.message_id, visit.box_id, change)
        if self._is_there(call, visit):
            done = self._listening.changed(visit)
            visit.step = BoxStep.LISTENING
            await self._play_message(call, visit, *done)

    def _listened(self, call: Call, visit: BoxVisit, key: str) -> None:
        """A key while messages are heard."""
        place = visit.place
        self._listening.pressed(visit, key)
        if visit.step is BoxStep.BEEP:
            self._record_greeting(call, visit)
        elif visit.step is BoxStep.LISTENING and (key == "1" or visit.place != place):
            self._tools.tasks.spawn(self._guarded(call, visit, self._play_message(call, visit)))
        elif visit.step is BoxStep.LISTENING:
            if not call.prompt:  # a key that means nothing here
                self._wait_for_key(call, visit)
        else:
            self._do(call, visit)

    def _record_greeting(self, call: Call, visit: BoxVisit) -> None:
        visit.is_greeting = True
        visit.recording_id, visit.path = self._mailroom.greeting_file(visit.box_id)

        async def ask() -> None:
            said = await self._mailroom.sources(visit.box_id, [Said(BoxPrompt.RECORD_GREETING)])
            if self._is_there(call, visit) and visit.step is BoxStep.BEEP:
                self._prompting.play(call, (*said, self._mailroom.beep))

        self._tools.changed(call)
        self._tools.tasks.spawn(self._guarded(call, visit, ask()))

    # -- nobody presses a key

    def _wait_for_key(self, call: Call, visit: BoxVisit) -> None:
        visit.waits_until = asyncio.get_running_loop().time() + BoxListening.WAITS_FOR_KEY_S
        self._set_timer(call, visit.waits_until)
        self._tools.changed(call)

    def _set_timer(self, call: Call, moment: float) -> None:
        self._stop_timer(call)
        self._timers[call.call_id] = asyncio.get_running_loop().call_at(moment, self._waited, call)

    def _stop_waiting(self, call: Call) -> None:
        self._stop_timer(call)
        if call.box_visit is not None:
            call.box_visit.waits_until = None

    def _stop_timer(self, call: Call) -> None:
        if (timer := self._timers.pop(call.call_id, None)) is not None:
            timer.cancel()

    def _waited(self, call: Call) -> None:
        self._stop_waiting(call)
        if (visit := call.box_visit) is not None:
            self._speak_last(call, visit, BoxPrompt.GOODBYE)
