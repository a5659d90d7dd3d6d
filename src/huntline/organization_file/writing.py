"""From an organization to the text of an organization file: one that, applied, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from huntline.directory.attendants import Attendant, AttendantFlow
from huntline.directory.organization import (
    GLOBAL_POLICY,
    Audio,
    CallerIdPolicy,
    Digest,
    Group,
    Organization,
    QueueSettings,
    ServiceNumber,
    Trunk,
    User,
    sound_files_of,
)
from huntline.directory.phones import Phone, shown_mac
from huntline.organization_file.attendant_parts import attendant_dump, attendant_of, flow_dump
from huntline.organization_file.form import (
    AttendantForm,
    GroupForm,
    MenuForm,
    NumberForm,
    OrganizationFields,
    PolicyForm,
    QueueForm,
    TrunkFields,
    UserFields,
)
from huntline.organization_file.parts import (
    Dump,
    fields_dump,
    group_dump,
    group_of,
    number_dump,
    number_of,
    policy_dump,
    policy_of,
    queue_dump,
    queue_of,
    trunk_dump,
    trunk_of,
    user_dump,
    user_of,
    with_fields,
)

_WIDTH = 110  # characters; what is longer gets lines of its own
_WIDEST = 1_000  # characters; so that nothing on a line is folded


def written(organization: Organization, audio_folder: str) -> str:
    """The file, defaults left out. Sound files are named ``audio_folder/NAME`` (``sound_files``).

    Passwords are in it as digests, which are as good as passwords to whoever wants to sign in a phone.
    """
    sections: dict[str, Any] = _organization(organization) | {
        "trunks": _Lines(map(_trunk, organization.trunks)),
        "numbers": _Lines(map(_number, organization.numbers)),
        "users": _Lines(_user(user, organization.realm) for user in organization.users),
        "groups": _Lines(map(_group, organization.groups)),
        "audio": _Lines({"file": f"{audio_folder}/{audio.name}"} for audio in organization.audio),
        "queues": _Lines(_queue(queue, organization, audio_folder) for queue in organization.queues),
        "attendants": _Lines(
            _attendant(attendant, organization, audio_folder) for attendant in organization.attendants
        ),
        "caller_id_policies": _Lines(_policies(organization.caller_id_policies)),
    }
    return "".join(_text({name: value}) for name, value in sections.items() if value or value is False)


def sound_files(organization: Organization) -> dict[str, Audio]:
    """The sound files that the text of ``written`` names, by their names."""
    return {audio.name: audio for audio in (*organization.audio, *sound_files_of(organization))}


def _organization(organization: Organization) -> Dump:
    form = OrganizationFields(organization=organization.name, domains=list(organization.domains))
    implied = fields_dump(with_fields(Organization(name="", domains=()), form))
    fields = _said(OrganizationFields, fields_dump(organization), implied)
    for name in ("limits", "quota", "star_codes", "dialling"):
        if name in fields:
            fields[name] = {
                part: value for part, value in fields[name].items() if value != implied[name][part]
            }
    return fields


def _number(number: ServiceNumber) -> Dump:
    implied = number_of(NumberForm(number=number.number, kind=number.kind))
    return _said(NumberForm, number_dump(number), number_dump(implied))


def _user(user: User, realm: str) -> Dump:
    implied, _ = user_of(UserFields(upn=user.upn), realm)
    secrets = {"sip_digests": _digests(user.digests), "phones": list(map(_phone, user.phones))}
    return _said(UserFields, user_dump(user), user_dump(implied)) | {
        name: value for name, value in secrets.items() if value
    }


def _digests(digests: Iterable[Digest]) -> list[_Row]:
    return [_Row(username=each.username, algorithm=each.algorithm, ha1=each.ha1) for each in digests]


def _phone(phone: Phone) -> Dump:
    said = {
        "id": phone.phone_id,
        "family": str(phone.family),
        "mac": shown_mac(phone.mac) if phone.mac else None,
        "name": phone.name,
        "language": phone.language,
        "address_sha256": phone.address_sha256,
        "sip_digests": _digests(phone.digests),
        "sealed_password": phone.password.sealed,
    }
    return {name: value for name, value in said.items() if value}


def _group(group: Group) -> Dump:
    implied = group_of(GroupForm(name=group.name, kind=group.kind))
    return _said(GroupForm, group_dump(group), group_dump(implied))


def _queue(queue: QueueSettings, organization: Organization, audio_folder: str) -> Dump:
    # A queue that says nothing else has what follows from its distribution, and from a single domain.
    form = QueueForm(name=queue.name, distribution=queue.distribution)
    implied = queue_dump(queue_of(form, organization.domains)) | {
        "distribution": QueueForm.model_fields["distribution"].default
    }
    said = _said(QueueForm, queue_dump(queue), implied)
    for name, value in said.items():
        match value:
            case {"file": _}:
                said[name] = _sound(value, audio_folder)
            case {"action": action, "target": None}:
                said[name] = {"action": action}
            case _:
                pass
    return _Block(said)


def _attendant(attendant: Attendant, organization: Organization, audio_folder: str) -> Dump:
    form = AttendantForm(name=attendant.name)
    implied = attendant_dump(attendant_of(form, organization.domains, lambda path, sound: None))
    said = _said(AttendantForm, attendant_dump(attendant), implied)
    for name in ("open", "after_hours"):
        if name in said:
            said[name] = _flow(said[name], audio_folder)
    for holiday in said.get("holidays", ()):
        if holiday["last"] == holiday["first"]:
            del holiday["last"]
        if holiday["flow"] is None:
            del holiday["flow"]
        else:
            holiday["flow"] = _flow(holiday["flow"], audio_folder)
    if said.get("hours"):
        said["hours"] = {day: spans for day, spans in said["hours"].items() if spans}
    if "directory" in said:
        said["directory"] = {name: value for name, value in said["directory"].items() if value}
    return _Block(said)


def _flow(dump: Dump, audio_folder: str) -> Dump:
    """A flow without what need not be said."""
    implied = flow_dump(AttendantFlow())
    flow = {name: value for name, value in dump.items() if value != implied[name]}
    if "greeting" in flow:
        flow["greeting"] = _sound(flow["greeting"], audio_folder)
    if menu := flow.get("menu"):
        plain = MenuForm().model_dump(mode="json")
        flow["menu"] = {name: value for name, value in menu.items() if value != plain[name]}
        if prompt := menu["prompt"]:
            flow["menu"]["prompt"] = _sound(prompt, audio_folder)
        if keys := menu["keys"]:
            flow["menu"]["keys"] = _Lines(
                {name: value for name, value in key.items() if value not in (None, "")} for key in keys
            )
        if no_input := menu["no_input"]:
            flow["menu"]["no_input"] = {name: value for name, value in no_input.items() if value}
    return _Block(flow)


def _sound(dump: Dump, audio_folder: str) -> Dump:
    return {"file": f"{audio_folder}/{dump['file']}"} if "file" in dump else dump


def _policies(policies: tuple[CallerIdPolicy, ...]) -> Iterator[Dump]:
    for place, policy in enumerate(policies):
        implied = policy_of(PolicyForm(name=policy.name))
        # An untouched Global comes first by itself; anywhere else its place has to be said.
        if place > 0 or policy != CallerIdPolicy(name=GLOBAL_POLICY):
            yield _said(PolicyForm, policy_dump(policy), policy_dump(implied))


def _trunk(trunk: Trunk) -> Dump:
    implied = trunk_dump(trunk_of(TrunkFields(name=trunk.name)))
    sealed = {"sealed_password": trunk.password.sealed} if trunk.password else {}
    return _said(TrunkFields, trunk_dump(trunk), implied) | sealed


def _said(form: type[BaseModel], dump: Dump, implied: Dump) -> Dump:
    """The settings that have to be said, in the order of the form."""
    return {
        name: dump[name]
        for name, field in form.model_fields.items()
        if field.is_required() or dump[name] != implied[name]
    }


class _Block(dict[str, Any]):
    """Settings below each other, however few they are."""


class _Row(dict[str, Any]):
    """Settings on one line, however long it gets."""


class _Lines(list[Any]):
    """A list with a line, or several, for each entry."""


class _Dumper(yaml.CSafeDumper):
    """Puts on one line what fits on it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True  # the file may have none

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        return super().represent_mapping(tag, mapping, flow_style=_fits(mapping))

    def represent_sequence(
        self, tag: str, sequence: Any, flow_style: bool | None = None
    ) -> yaml.SequenceNode:
        return super().represent_sequence(tag, sequence, flow_style=_fits(sequence))


def _fits(value: Mapping[str, Any] | list[Any]) -> bool:
    if isinstance(value, _Block | _Lines):
        return False
    return isinstance(value, _Row) or len(str(value)) <= _WIDTH


_Dumper.add_representer(_Block, _Dumper.represent_dict)
_Dumper.add_representer(_Row, _Dumper.represent_dict)
_Dumper.add_representer(_Lines, _Dumper.represent_list)


def _text(section: Dump) -> str:
    text: str = yaml.dump(_Block(section), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDEST)
    return text
