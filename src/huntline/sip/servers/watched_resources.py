"""Who may watch whom: users of an organization watch its users and queues, and nobody else does."""

from __future__ import annotations

from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import Account, QueueTarget, UserTarget
from huntline.sip.core.grammar import GrammarError, Uri, parse_uri
from huntline.sip.core.message import Request
from huntline.sip.servers.answering import SipRefusal
from huntline.sip.servers.event_packages import Subscription, Watched


class WatchedResources:
    """Finds whom a SUBSCRIBE is about, by whatever could be dialled: an address, a number, an extension."""

    def __init__(self, settings: SettingsInForce) -> None:
        self._settings = settings

    def user(self, request: Request, account: Account) -> Watched:
        """A user. Raises SipRefusal."""
        return self._found(request, account, (UserTarget,))

    def user_or_queue(self, request: Request, account: Account) -> Watched:
        """A user or a queue. Raises SipRefusal."""
        return self._found(request, account, (UserTarget, QueueTarget))

    def is_there(self, subscription: Subscription) -> bool:
        """Whether who is watched is there still: nobody goes to another organization."""
        plan, resource = self._settings.plan, subscription.resource
        return plan.account_by_id(resource) is not None or plan.queue(resource) is not None

    def _found(
        self, request: Request, account: Account, kinds: tuple[type[UserTarget | QueueTarget], ...]
    ) -> Watched:
        try:
            uri = parse_uri(request.uri)
        except GrammarError:
            raise SipRefusal(400) from None
        target = self._settings.plan.target(uri.user or "", uri.host, account.organization_id)
        match target:
            # Whether another organization has somebody is nobody's business either: 404 as for nobody.
            case UserTarget(resource, owner) | QueueTarget(resource, owner) if (
                isinstance(target, kinds) and owner == account.organization_id
            ):
                return Watched(resource, str(Uri(uri.scheme, uri.user, uri.host)))
            case _:
                raise SipRefusal(404)
