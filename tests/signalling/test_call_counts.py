"""What has become of calls is counted, each once (pure)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from huntline.directory.refused import RefusalReason, RefusedCall
from huntline.engine.commands import RecordCall
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause
from huntline.signalling.call_counts import WAITS, CallCounts

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def ended(outcome: Outcome, waited: float | None, queue_id: str = "desk", talked: float = 0.0) -> RecordCall:
    """A call that came at noon; ``waited`` None: it was over before its greeting was."""
    since = None if waited is None else NOON + timedelta(seconds=3)
    answer = since + timedelta(seconds=waited or 0) if since else NOON
    return RecordCall(
        organization_id="contoso",
        call_id="c",
        queue_id=queue_id,
        first_queue_id=queue_id,
        caller="+14255550123",
        arrived_at=NOON,
        waiting_since=since,
        answered_at=answer if outcome is Outcome.ANSWERED else None,
        ended_at=answer + timedelta(seconds=talked),
        agent_id=None,
        outcome=outcome,
        reason=Cause.NO_MORE_AUDIO,
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(Outcome), st.floats(0, 900) | st.none(), st.sampled_from(("desk", "sales")))
    )
)
def test_each_call_is_in_one_part_of_its_queue_and_outcome(
    calls: list[tuple[Outcome, float | None, str]],
) -> None:
    counts = CallCounts()
    for outcome, waited, queue_id in calls:
        counts.add(ended(outcome, waited, queue_id))
    written = counts.written()["ended"]
    assert sum(sum(each["waits"]) for each in written) == len(calls)
    for each in written:
        of_it = [
            waited or 0.0
            for outcome, waited, queue_id in calls
            if (str(outcome), queue_id) == (each["outcome"], each["queue_id"])
        ]
        assert sum(each["waits"]) == len(of_it)
        assert abs(each["seconds"] - sum(of_it)) < 0.01 * (len(of_it) + 1)


def test_a_wait_ends_with_the_answer_and_its_edge_belongs_to_the_shorter_ones() -> None:
    counts = CallCounts()
    counts.add(ended(Outcome.ANSWERED, WAITS[0], talked=500))
    counts.add(ended(Outcome.ANSWERED, WAITS[0] + 0.001))
    counts.add(ended(Outcome.ANSWERED, WAITS[-1] + 1))
    (written,) = counts.written()["ended"]
    assert written["waits"] == [1, 1, *[0] * (len(WAITS) - 2), 1]


def test_refused_calls_are_counted_by_their_reason() -> None:
    counts = CallCounts()
    for count in (1, 12):
        counts.add_refused(RefusedCall("contoso", "192.0.2.1", "", "", 486, RefusalReason.QUOTA_CALLS, count))
    assert counts.written()["refused"] == [
        {"organization_id": "contoso", "reason": "quota-calls", "count": 13}
    ]
