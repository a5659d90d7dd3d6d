"""Wishes that the rules do not allow; raised before anything changes."""

from __future__ import annotations

from huntline.errors import Refused


class UnknownAgent(Refused):
    """Nobody of this name may be rung by any queue."""

    error_id = "unknown-agent"
    status = 404

    def __init__(self, agent_id: str) -> None:
        super().__init__(f"{agent_id} is no agent")


class UnknownQueue(Refused):
    """There is no such queue."""

    error_id = "unknown-queue"
    status = 404

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"there is no queue {queue_id}")


class AgentNotInQueue(Refused):
    """The agent is not in this queue's list."""

    error_id = "agent-not-in-queue"

    def __init__(self, agent_id: str, queue_name: str) -> None:
        super().__init__(f"{agent_id} is not an agent of {queue_name}")


class OptOutNotAllowed(Refused):
    """The queue does not let its agents opt out."""

    error_id = "opt-out-not-allowed"

    def __init__(self, queue_name: str) -> None:
        super().__init__(f"{queue_name} does not allow its agents to opt out")
