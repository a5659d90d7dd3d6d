"""A caller in an attendant: O2 and O3 to the letter, and whatever keys may come."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from huntline.attendant.dial_by_name import DialDirectory, keys_of
from huntline.attendant.model import FlowPlan, KeyAction, MenuChoice, MenuPlan, Person, Sound, SpokenText
from huntline.attendant.visit import (
    Attending,
    Entered,
    GoBack,
    Hush,
    Leave,
    LeavingBy,
    Play,
    Played,
    Pressed,
    Stage,
    Step,
    Visit,
    Waited,
    gone_back,
    nested,
)
from huntline.attendant.words import sentences_in

BEGAN_AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
SAID = sentences_in("en")
MENU_SOUND = Sound("menu")

DIRECTORY = DialDirectory(
    (
        Person("sip:zoe@contoso.com", "Zoé Müller-O'Brien", "30123"),
        Person("sip:paul@contoso.com", "Paul Martin", "301"),
        Person("sip:paul2@contoso.com", "Paul Martin", "302"),
        *(Person(f"sip:amal{number}@contoso.com", "Amal Haddad") for number in range(7)),
    )
)


def choice(key: str, action: KeyAction, target: str | None = None) -> MenuChoice:
    return MenuChoice(key, action, target)


MENU = MenuPlan(
    prompts=(MENU_SOUND,),
    choices=(
        choice("1", KeyAction.GO, "Sales"),
        choice("2", KeyAction.GO, "attendant:Night"),
        choice("3", KeyAction.BY_EXTENSION),
        choice("4", KeyAction.BY_NAME),
        choice("*", KeyAction.REPEAT),
        choice("#", KeyAction.BACK),
        choice("8", KeyAction.DISCONNECT),
    ),
    wait_for_key=5,
    repeats=2,
    no_input="sip:operator@contoso.com",
)
RECEPTION = FlowPlan("reception", "en", (Sound("hello"),), MENU, operator="sip:operator@contoso.com")
NIGHT = FlowPlan("night", "en", (), MENU)


class Caller:
    """A caller in an attendant, with a clock."""

    def __init__(self, visit: Visit | None = None, *, is_back: bool = False) -> None:
        self.visit = visit or Visit(RECEPTION)
        self.now = BEGAN_AT
        self.attending = Attending(self.visit, DIRECTORY)
        self.steps = self.attending.handle(Entered(is_back), self.now)

    def hears(self) -> list[Step]:
        """What is played comes to its end; what follows from that."""
        self.steps = self.attending.handle(Played(), self.now)
        return self.steps

    def hears_it_out(self) -> None:
        """All that is played comes to its end."""
        while self.hears():
            pass

    def presses(self, keys: str, every: float = 0.15) -> list[Step]:
        """Press keys; what follows of the last one."""
        for key in keys:
            self.now += timedelta(seconds=every)
            self.steps = self.attending.handle(Pressed(key), self.now)
        return self.steps

    def waits(self, seconds: float) -> list[Step]:
        """Press nothing for a while."""
        end = self.now + timedelta(seconds=seconds)
        self.steps = []
        while (until := self.attending.next_deadline) is not None and until <= end:
            self.now = until
            self.steps += self.attending.handle(Waited(), self.now)
        self.now = end
        return self.steps


def said_first(steps: list[Step]) -> str:
    """The first sentence of what is played now."""
    (play,) = steps
    assert isinstance(play, Play)
    prompt = play.prompts[0]
    return prompt.text if isinstance(prompt, SpokenText) else ""


def leaving(target: str | None, by: LeavingBy = LeavingBy.KEY, key: str = "") -> list[Step]:
    return [Leave(target, by, key)]


# -- O2: a key is a complete choice


def test_a_key_acts_at_once_in_the_greeting_in_the_prompt_and_in_the_silence() -> None:
    assert Caller().presses("1") == leaving("Sales", key="1")
    in_the_prompt = Caller()
    assert in_the_prompt.attending.handle(Played(), in_the_prompt.now) == [Play((MENU_SOUND,))]
    assert in_the_prompt.presses("1") == leaving("Sales", key="1")
    in_silence = Caller()
    in_silence.hears_it_out()
    in_silence.waits(4.9)
    assert in_silence.presses("1") == leaving("Sales", key="1")


def test_a_menu_key_is_no_beginning_of_an_extension() -> None:
    assert said_first(Caller().presses("3")) == SAID.type_extension


def test_what_is_pressed_ahead_counts_in_the_nested_menu() -> None:
    caller = Caller()
    assert caller.presses("2") == leaving("attendant:Night", key="2")
    assert Caller(nested(caller.visit, NIGHT)).presses("1") == leaving("Sales", key="1")


def test_a_visit_that_is_over_does_nothing_any_more() -> None:
    caller = Caller()
    caller.presses("1")
    assert caller.presses("12*") == []
    assert caller.attending.next_deadline is None


# -- O3: every wait ends, and so does every menu


def test_a_half_typed_extension_is_said_and_asked_for_again_after_five_seconds() -> None:
    caller = Caller()
    caller.presses("3")
    assert caller.presses("3") == [Hush()]  # in the prompt
    assert caller.waits(4.9) == []
    assert said_first(caller.waits(0.2)) == SAID.no_extension
    assert caller.visit.typed == ""


def test_five_digits_four_seconds_apart_are_taken() -> None:
    caller = Caller()
    caller.presses("3")
    caller.hears_it_out()
    assert caller.presses("30123", every=4) == leaving("sip:zoe@contoso.com", key="30123")


def test_an_extension_that_is_the_beginning_of_another_waits_for_pound_or_silence() -> None:
    caller = Caller()
    assert caller.presses("3301") == []
    assert caller.presses("#") == leaving("sip:paul@contoso.com", key="301")
    other = Caller()
    other.presses("3301")
    assert other.waits(5) == leaving("sip:paul@contoso.com", key="301")
    at_once = Caller()
    assert at_once.presses("3302") == leaving("sip:paul2@contoso.com", key="302")


def test_wrong_keys_use_up_the_rounds() -> None:
    caller = Caller()
    assert said_first(caller.presses("9")) == SAID.wrong_key
    assert said_first(caller.presses("9")) == SAID.wrong_key
    assert caller.presses("9") == leaving("sip:operator@contoso.com", LeavingBy.NO_INPUT)


def test_silence_uses_up_the_rounds() -> None:
    caller = Caller()
    for _ in range(2):
        caller.hears_it_out()
        assert said_first(caller.waits(5)) == SAID.nothing_pressed
    caller.hears_it_out()
    assert caller.waits(5) == leaving("sip:operator@contoso.com", LeavingBy.NO_INPUT)


def test_the_wait_begins_when_the_prompt_is_over() -> None:
    caller = Caller()
    assert caller.waits(60) == []
    caller.hears_it_out()
    assert caller.attending.next_deadline == caller.now + timedelta(seconds=5)


# -- names


def test_two_people_of_one_name_are_told_apart() -> None:
    caller = Caller()
    caller.presses("4" + keys_of("Martin"))
    (play,) = caller.presses("#")
    assert isinstance(play, Play)
    assert play.prompts[:2] == (
        SpokenText("For Paul Martin, extension 3 0 1, press 1."),
        SpokenText("For Paul Martin, extension 3 0 2, press 2."),
    )
    assert caller.presses("2") == leaving("sip:paul2@contoso.com", key="2")


def test_more_than_three_ask_for_more_letters_and_then_come_three_by_three() -> None:
    caller = Caller()
    caller.presses("4" + keys_of("Am"))
    assert said_first(caller.presses("#")) == SAID.more_letters
    (play,) = caller.presses(keys_of("alHaddad"))  # the whole name: nothing could be added
    assert isinstance(play, Play)
    assert len(play.prompts) == 5
    assert SpokenText(SAID.more_people) in play.prompts
    caller.presses("##")
    assert caller.presses("1") == leaving("sip:amal6@contoso.com", key="1")


def test_a_whole_name_that_nothing_can_follow_waits_for_nothing() -> None:
    caller = Caller()
    (play,) = caller.presses("4" + keys_of("Zoé Müller O'Brien"))
    assert isinstance(play, Play)
    assert play.prompts[0] == SpokenText("For Zoé Müller-O'Brien, press 1.")


def test_star_starts_again_and_then_goes_back_to_the_menu() -> None:
    caller = Caller()
    caller.presses("4963")
    assert said_first(caller.presses("*")) == SAID.type_name
    assert caller.presses("*") == [Play((MENU_SOUND,))]
    choosing = Caller()
    choosing.presses("4963#")
    assert said_first(choosing.presses("*")) == SAID.type_name


def test_nobody_of_that_name_is_said_and_in_the_end_somebody_answers() -> None:
    caller = Caller()
    caller.presses("4")
    assert said_first(caller.presses("2222#")) == SAID.nobody
    assert said_first(caller.presses("#")) == SAID.nothing_pressed
    assert caller.presses("2222#") == leaving("sip:operator@contoso.com", LeavingBy.NO_INPUT)


def test_the_operator_answers_key_0_among_letters() -> None:
    caller = Caller()
    assert caller.presses("40") == leaving("sip:operator@contoso.com", key="0")


# -- back


def test_back_leads_to_the_menu_before_with_the_rounds_that_are_left() -> None:
    caller = Caller()
    caller.presses("9")
    caller.presses("2")
    inside = Caller(nested(caller.visit, NIGHT))
    assert inside.presses("#") == [GoBack("#")]
    again = Caller(gone_back(inside.visit), is_back=True)
    assert again.steps == [Play((MENU_SOUND,))]
    assert again.visit.rounds == 3
    assert again.presses("9") == leaving("sip:operator@contoso.com", LeavingBy.NO_INPUT)


def test_back_at_the_first_menu_says_it_again() -> None:
    assert Caller().presses("#") == [Play((MENU_SOUND,))]


# -- whatever comes


class Journey:
    """A caller who may go from one attendant to the next; counts how often each menu was said."""

    def __init__(self) -> None:
        self.caller = Caller()
        self.moves = 0
        self.rounds: Counter[str] = Counter()
        self.end: Step | None = None
        self._follow(self.caller.steps)

    def goes_on(self, what: str | float) -> None:
        """A key, a time in seconds, or the end of what is played."""
        if isinstance(what, float):
            self._follow(self.caller.waits(what))
        elif what == "played":
            self._follow(self.caller.hears())
        else:
            self._follow(self.caller.presses(what))

    def _follow(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Play(prompts) if MENU_SOUND in prompts:
                    self.rounds[self.caller.visit.plan.attendant_id] += 1
                case Leave("attendant:Night") if self.moves < 9:
                    self._move(Caller(nested(self.caller.visit, NIGHT)))
                case GoBack() if self.moves < 9:
                    self._move(Caller(gone_back(self.caller.visit), is_back=True))
                case Leave() | GoBack():
                    self.end = step
                case Play() | Hush():
                    pass

    def _move(self, caller: Caller) -> None:
        self.caller, self.moves = caller, self.moves + 1
        self._follow(caller.steps)


happenings = st.lists(
    st.one_of(st.sampled_from("0123456789*#ABCD"), st.just("played"), st.floats(0, 8)), max_size=120
)


@given(happenings)
def test_every_visit_ends_in_a_defined_exit_within_its_rounds(happens: list[str | float]) -> None:
    journey = Journey()
    for what in happens:
        journey.goes_on(what)
    for _ in range(20):  # and then nothing more is pressed
        journey.goes_on("played")
        journey.goes_on(21.0)
    assert journey.end is not None
    assert journey.caller.visit.stage is Stage.GONE
    assert journey.caller.attending.next_deadline is None
    assert all(times <= MENU.repeats + 1 for times in journey.rounds.values()), journey.rounds


@given(st.text("0123456789*#ABCD", min_size=400, max_size=600))
def test_no_caller_stays_by_pressing_keys_without_end(keys: str) -> None:
    journey = Journey()
    for key in keys:
        journey.goes_on(key)
        journey.goes_on(1.0)
    for _ in range(20):
        journey.goes_on("played")
        journey.goes_on(21.0)
    assert journey.end is not None
