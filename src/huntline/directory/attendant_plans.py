"""From the settings of an attendant to what a call in it needs."""

from __future__ import annotations

from collections.abc import Iterator

from huntline.attendant.dial_by_name import DialDirectory
from huntline.attendant.model import (
    FlowPlan,
    KeyAction,
    MenuChoice,
    MenuPlan,
    Person,
    Prompt,
    Sound,
    SpokenText,
)
from huntline.attendant.words import pressing, sentences_in
from huntline.directory.attendants import (
    OPERATOR_KEY,
    Attendant,
    AttendantFlow,
    Menu,
    MenuAction,
    MenuKey,
    flows_of,
    no_input_target,
)
from huntline.directory.audio import Audio
from huntline.directory.dial_directory import people_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import QueueSettings, User

_ACTIONS = {
    MenuAction.FORWARD: KeyAction.GO,
    MenuAction.OPERATOR: KeyAction.GO,
    MenuAction.REPEAT: KeyAction.REPEAT,
    MenuAction.BACK: KeyAction.BACK,
    MenuAction.DIRECTORY_BY_NAME: KeyAction.BY_NAME,
    MenuAction.DIRECTORY_BY_EXTENSION: KeyAction.BY_EXTENSION,
    MenuAction.DISCONNECT: KeyAction.DISCONNECT,
}
_DIALLING = (MenuAction.DIRECTORY_BY_NAME, MenuAction.DIRECTORY_BY_EXTENSION)
NOBODY_TO_DIAL = DialDirectory(())


def flow_plan(attendant: Attendant, flow: AttendantFlow, index: OrganizationIndex) -> FlowPlan:
    """A flow of an attendant, made ready to be played."""
    return FlowPlan(
        attendant_id=attendant.attendant_id,
        language=attendant.language,
        greeting=_played(flow.greeting),
        menu=_menu_plan(attendant, flow.menu, index) if flow.menu else None,
        target=flow.target,
        operator=attendant.operator,
    )


def dial_directory(
    attendant: Attendant, index: OrganizationIndex, before: DialDirectory | None
) -> DialDirectory:
    """Whom callers of an attendant can dial by name or extension: the one that was there ``before``, where
    nothing that counts has changed. Who has no key for it gets none."""
    menus = (flow.menu for _, flow in flows_of(attendant) if flow.menu)
    if not any(key.action in _DIALLING for menu in menus for key in menu.keys):
        return NOBODY_TO_DIAL
    users = people_of(attendant.directory, index)
    people = tuple(Person(f"sip:{user.upn}", user.shown_name, user.extension) for user in users)
    return before if before is not None and before.people == people else DialDirectory(people)


def texts_of(attendant: Attendant, index: OrganizationIndex) -> Iterator[tuple[str, str]]:
    """What an attendant may have to say that is no name of somebody, with the language."""
    language = attendant.language
    yield from ((text, language) for text in sentences_in(language).as_they_are())
    for _, flow in flows_of(attendant):
        plan = flow_plan(attendant, flow, index)
        for prompt in plan.menu.prompts if plan.menu else ():
            if isinstance(prompt, SpokenText):
                yield prompt.text, language


def _menu_plan(attendant: Attendant, menu: Menu, index: OrganizationIndex) -> MenuPlan:
    keys = _keys_of(attendant, menu)
    return MenuPlan(
        prompts=_played(menu.prompt) or tuple(_spoken(attendant, keys, index)),
        choices=tuple(_choice(key, attendant) for key in keys),
        wait_for_key=menu.wait_for_key,
        repeats=menu.repeats,
        no_input=no_input_target(attendant, menu),
    )


def _keys_of(attendant: Attendant, menu: Menu) -> tuple[MenuKey, ...]:
    """The keys that are set, and that of the operator where it is free."""
    if not attendant.operator or any(key.key == OPERATOR_KEY for key in menu.keys):
        return menu.keys
    return (*menu.keys, MenuKey(OPERATOR_KEY, MenuAction.OPERATOR))


def _choice(key: MenuKey, attendant: Attendant) -> MenuChoice:
    target = attendant.operator if key.action is MenuAction.OPERATOR else key.target
    return MenuChoice(key.key, _ACTIONS[key.action], target)


def _played(audio: Audio | None) -> tuple[Prompt, ...]:
    return (Sound(audio.sha256),) if audio else ()


def _spoken(
    attendant: Attendant, keys: tuple[MenuKey, ...], index: OrganizationIndex
) -> Iterator[SpokenText]:
    """A menu without a prompt of its own says its keys: what is spoken is what they do."""
    for key in keys:
        yield SpokenText(_sentence(key, attendant, index))


def _sentence(key: MenuKey, attendant: Attendant, index: OrganizationIndex) -> str:
    language = attendant.language
    words = sentences_in(language)
    by_action = {
        MenuAction.REPEAT: words.repeat,
        MenuAction.BACK: words.back,
        MenuAction.DIRECTORY_BY_NAME: words.by_name,
        MenuAction.DIRECTORY_BY_EXTENSION: words.by_extension,
        MenuAction.DISCONNECT: words.disconnect,
    }
    if key.label or key.action not in by_action:
        what = key.label or (words.operator if key.action is MenuAction.OPERATOR else "")
        return pressing(words.press, key.key, language, what or _name_of(key.target or "", index))
    return pressing(by_action[key.action], key.key, language)


def _name_of(target: str, index: OrganizationIndex) -> str:
    """What a target is called where it is spoken."""
    found = index.forward_target(target)
    if isinstance(found, User):
        return found.shown_name
    if isinstance(found, QueueSettings | Attendant):
        return found.name
    return target.partition(":")[2]
