"""Metrics in the form that Prometheus and its kin read (OpenMetrics), by ``prometheus_client``.

Nothing is kept here: what is told is the live picture and the counts of signalling at that moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from huntline.engine.model import AgentState

Item = Mapping[str, Any]

_QUEUE = ("organization", "queue")
_ENDED = (*_QUEUE, "outcome")
_TRUNK = ("organization", "trunk")
_NO_END = "+Inf"


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """What a process of the server has used: CPU time since it began, and memory now (resident)."""

    name: str
    cpu_s: float
    memory: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What metrics are made of: ``status`` and ``counts`` as signalling tells them, and the names of
    ``organizations`` by their ids; all of those in view.

    ``parts`` are those of the server that are well or not, and ``processes`` what they use: for whoever runs
    the server, and None for others.
    """

    status: Item
    counts: Item
    organizations: Mapping[str, str]
    parts: Mapping[str, bool] | None = None
    processes: Sequence[ProcessUse] = ()

    def whose(self, item: Item) -> str:
        """The organization of an item; empty for what is nobody's."""
        return self.organizations.get(item["organization_id"], "")


def exposition(measured: Measured, accepted: str) -> tuple[bytes, str]:
    """The metrics as text and its media type: by what is ``accepted``, as the header says it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(measured))
    encode, media_type = choose_encoder(accepted)
    return encode(registry), media_type


class _Told(Collector):
    def __init__(self, measured: Measured) -> None:
        self._measured = measured

    def collect(self) -> Iterable[Metric]:
        measured = self._measured
        for part in (_of_queues, _of_agents, _of_calls, _of_refusals, _of_trunks):
            yield from part(measured)
        if measured.parts is not None:
            yield from _of_server(measured.status["resources"], measured.parts)
            yield from _of_processes(measured.processes)


def _of_queues(measured: Measured) -> Iterator[Metric]:
    for name, key, text in (
        ("queue_waiting_calls", "waiting", "Callers who wait for an agent."),
        ("queue_talking_calls", "talking", "Callers who talk with an agent."),
        ("queue_ready_agents", "agents_ready", "Agents who could be rung now."),
        ("queue_longest_wait_seconds", "longest_wait_s", "How long the first caller in line has waited."),
    ):
        family = GaugeMetricFamily(f"huntline_{name}", text, labels=_QUEUE)
        for queue in measured.status["queues"]:
            family.add_metric((measured.whose(queue), queue["name"]), queue[key] or 0)
        yield family


def _of_agents(measured: Measured) -> Iterator[Metric]:
    """Each organization that has agents has all states, so that a graph of one that nobody is in is 0."""
    agents = GaugeMetricFamily("huntline_agents", "Agents by what they do.", labels=("organization", "state"))
    counts = Counter((measured.whose(agent), agent["state"]) for agent in measured.status["agents"])
    for organization in sorted({organization for organization, _ in counts}):
        for state in AgentState:
            agents.add_metric((organization, str(state)), counts[organization, str(state)])
    yield agents


def _of_calls(measured: Measured) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        "huntline_queue_calls", "Calls that are over, by how they ended.", labels=_ENDED
    )
    waits = HistogramMetricFamily(
        "huntline_queue_wait_seconds",
        "How long callers waited until they were answered, or until their call was over.",
        labels=_ENDED,
    )
    names = {queue["id"]: queue["name"] for queue in measured.status["queues"]}
    edges = (*map(str, measured.counts["up_to"]), _NO_END)
    for ended in measured.counts["ended"]:
        if (queue := names.get(ended["queue_id"])) is not None:
            labels = measured.whose(ended), queue, ended["outcome"]
            calls.add_metric(labels, sum(ended["waits"]))
            buckets = list(zip(edges, accumulate(ended["waits"]), strict=True))
            waits.add_metric(labels, buckets, ended["seconds"])
    yield calls
    yield waits


def _of_refusals(measured: Measured) -> Iterator[Metric]:
    refused = CounterMetricFamily(
        "huntline_refused_calls",
        "Calls that were refused before they reached anybody.",
        labels=("organization", "reason"),
    )
    for each in measured.counts["refused"]:
        refused.add_metric((measured.whose(each), each["reason"]), each["count"])
    yield refused


def _of_trunks(measured: Measured) -> Iterator[Metric]:
    up = GaugeMetricFamily("huntline_trunk_up", "1 where calls can go by it.", labels=_TRUNK)
    calls = GaugeMetricFamily("huntline_trunk_calls", "Calls by it now.", labels=_TRUNK)
    for trunk in measured.status["trunks"]:
        labels = measured.whose(trunk), trunk["name"]
        up.add_metric(labels, trunk["state"] not in ("down", "off"))
        calls.add_metric(labels, trunk["calls"])
    yield up
    yield calls


def _of_server(resources: Item, parts: Mapping[str, bool]) -> Iterator[Metric]:
    for key, text in (
        ("legs", "Legs of calls: each party is one."),
        ("registrations", "Phones that have registered."),
        ("subscriptions", "What phones watch."),
        ("media_legs", "Legs with audio."),
        ("media_ports", "UDP ports for audio that are taken."),
    ):
        yield GaugeMetricFamily(f"huntline_{key}", text, value=resources[key])
    for key, name, text in (
        ("turned_away", "turned_away_requests", "SIP requests that were told to come back later."),
        ("datagrams_lost", "lost_datagrams", "SIP datagrams that found no room."),
    ):
        yield CounterMetricFamily(f"huntline_{name}", text, value=resources[key])
    well = GaugeMetricFamily("huntline_part_well", "1 where a part of the server is well.", labels=("part",))
    for part, is_well in parts.items():
        well.add_metric((part,), is_well)
    yield well


def _of_processes(processes: Sequence[ProcessUse]) -> Iterator[Metric]:
    cpu = CounterMetricFamily("huntline_process_cpu_seconds", "CPU time of a process.", labels=("process",))
    memory = GaugeMetricFamily(
        "huntline_process_resident_memory_bytes", "Memory of a process.", labels=("process",)
    )
    for each in processes:
        cpu.add_metric((each.name,), each.cpu_s)
        memory.add_metric((each.name,), each.memory)
    yield cpu
    yield memory
