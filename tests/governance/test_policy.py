"""Policy: denied unless permitted, forbidden whatever is permitted, and denied where it cannot be evaluated."""

from __future__ import annotations

import pickle
import statistics
import time

import pytest
from cedarpy import is_authorized
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import AgentSeen, Policy, Request, ToolSeen, place_of, whole
from governance.policy import schema
from governance.request import ACTIONS
from storage import CharterError

SHIPPED = Policy()
AUTHOR = AgentSeen(1, "mender", lineage=1, model="gpt-5-mini", energy=50)
TOOL = ToolSeen(3, "slug")

agents = st.builds(
    AgentSeen, id=st.integers(1, 4), species=st.sampled_from(["critic", "mender", "specialist", "odd"]),
    lineage=st.integers(1, 3), depth=st.integers(0, 9), energy=st.integers(-5, 200), quarantined=st.booleans(),
)  # fmt: skip
tools = st.builds(
    ToolSeen, id=st.integers(1, 4), name=st.sampled_from(["slug", "pages"]), operator=st.booleans(),
    solved=st.booleans(), frozen=st.booleans(), protected=st.booleans(), canary=st.booleans(),
    quarantined=st.booleans(), capabilities=st.just(("random",)),
)  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Draw a request that the schema knows."""
    action, agent = draw(st.sampled_from(ACTIONS)), draw(agents)
    word = draw(st.sampled_from(["tool/1", "rules/new", "odd", ""]))
    match action:
        case "propose" | "compose":
            return Request.of(action, agent, draw(tools), model=word)
        case "test":
            return Request.of(action, agent, draw(tools))
        case "critique":
            facts = {name: draw(st.booleans()) for name in ("evidence", "own", "kin")}
            return Request.of(action, agent, draw(tools), stance=draw(st.sampled_from(["support", "object"])), **facts)
        case "admit":
            counts = {"supporters": draw(st.integers(0, 3)), "objectors": draw(st.integers(0, 3))}
            return Request.of(action, agent, draw(tools), **counts, approved=draw(st.booleans()), model=word)
        case "spawn":
            return Request.of(action, agent, draw(agents.filter(lambda each: each.id != agent.id)),
                              species="critic", family="", model=word)  # fmt: skip
        case "retire":
            return Request.of(action, agent, agent)
        case "post":
            return Request.of(action, agent, place_of(word), topic=word)
        case "signal":
            return Request.of(action, agent, place_of(word), kind="help", subject=word)


forbids = st.builds(
    "forbid (principal is Agent, {}, resource) {};".format,
    st.sampled_from([
        "action", *(f'action == Action::"{name}"' for name in ACTIONS), 'action in [Action::"post", Action::"admit"]',
    ]),
    st.sampled_from([
        "", "when { principal.energy < 20 }", 'unless { principal.species == "critic" }',
        "when { principal.energy * 9223372036854775807 > 1 }",
    ]),
)  # fmt: skip


@given(requests())
@settings(max_examples=150, deadline=None)
def test_every_request_fits_the_schema(request: Request) -> None:
    said = is_authorized(request.document(), SHIPPED._sets[request.action], request.entities(), schema())

    assert not said.diagnostics.errors
    assert said.allowed == SHIPPED.decide(request).allowed


@given(requests(), forbids)
@settings(max_examples=150, deadline=None)
def test_no_added_forbid_turns_a_denial_into_a_permission(request: Request, forbid: str) -> None:
    stricter = Policy((("mine.cedar", forbid),))

    assert SHIPPED.decide(request).allowed or not stricter.decide(request).allowed


@given(requests(), forbids)
@settings(max_examples=60, deadline=None)
def test_no_added_permit_lifts_a_shipped_forbid(request: Request, forbid: str) -> None:
    laxer = Policy((("mine.cedar", "permit (principal, action, resource);"),))
    forbidden = any(SHIPPED.documents[name]["effect"] == "forbid" for name in SHIPPED.decide(request).policies)

    assert laxer.decide(request).allowed is not forbidden


@given(requests())
@settings(max_examples=60, deadline=None)
def test_what_is_remembered_is_what_cedar_would_say_again(request: Request) -> None:
    assert SHIPPED.decide(request) == SHIPPED.evaluate(request) == Policy().decide(request)


def test_what_nothing_permits_is_denied_with_no_policy_named() -> None:
    objection = SHIPPED.judge(Request.of("spawn", AUTHOR, ToolSeen(1), species="", family="", model=""))

    assert objection and objection.evidence["policies"] == []
    assert objection.would_pass == "the same where a policy permits spawn on tool 1 to mender"


@pytest.mark.parametrize("kind", ["permit", "forbid"])
def test_a_policy_that_cannot_be_evaluated_denies(kind: str) -> None:
    failing = Policy(
        (
            (
                "mine.cedar",
                f"{kind} (principal is Agent, action, resource) when {{ principal.energy + 9223372036854775807 < 0 }};",
            ),
        )
    )

    decision = failing.decide(Request.of("retire", AUTHOR, AUTHOR))
    objection = failing.judge(Request.of("retire", AUTHOR, AUTHOR))

    assert not decision.allowed and "mine.cedar:1" in decision.errors[0]
    assert objection and objection.evidence["errors"] == list(decision.errors)
    assert failing.decide(Request.of("retire", AgentSeen(1), AgentSeen(1))).allowed


@pytest.mark.parametrize(
    ("request_", "policy"),
    [
        (Request.of("propose", AgentSeen(1, quarantined=True), TOOL, model=""), "quarantined-agents-rest"),
        (Request.of("post", AUTHOR, place_of("rules/now"), topic="rules/now"), "nobody-speaks-for-the-rules"),
        (Request.of("signal", AUTHOR, place_of("Rules:1"), kind="", subject="Rules:1"), "nobody-speaks-for-the-rules"),
        (Request.of("propose", AUTHOR, ToolSeen(3, canary=True), model=""), "canaries-are-left-alone"),
        (Request.of("critique", AUTHOR, TOOL, stance="support", evidence=True, own=True, kin=True),
         "nobody-judges-its-own"),
        (Request.of("spawn", AUTHOR, AgentSeen(2, quarantined=True), species="critic", family="", model=""),
         "quarantined-agents-have-no-children"),
    ],
)  # fmt: skip
def test_a_denial_names_the_policy_that_decided(request_: Request, policy: str) -> None:
    objection = SHIPPED.judge(request_)

    assert objection and objection.evidence["policies"] == [policy] and objection.would_pass
    assert not objection.needs_approval


def admission(**facts: bool) -> Request:
    return Request.of("admit", AUTHOR, ToolSeen(3, protected=True, frozen=facts.get("frozen", False)),
                      supporters=1, objectors=0, approved=facts.get("approved", False), model="")  # fmt: skip


def test_a_protected_tool_waits_for_approval_unless_more_stands_in_the_way() -> None:
    waiting, frozen = SHIPPED.judge(admission()), SHIPPED.judge(admission(frozen=True))

    assert waiting and waiting.needs_approval == "a protected tool"
    assert frozen and not frozen.needs_approval
    assert SHIPPED.judge(admission(approved=True)) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("permit (", "is no Cedar: unexpected end of input"),
        ("permit (principal == ?principal, action, resource);", "holds a template"),
        ("permit (principal is Agent, action, resource) when { principal.nothing };", "attribute `nothing`"),
        ('permit (principal, action == Action::"fly", resource);', "unrecognized action"),
        ('@id("agents-speak") permit (principal, action, resource);', "the id 'agents-speak' is taken already"),
    ],
)
def test_a_slip_in_a_policy_is_one_sentence_with_its_file(text: str, says: str) -> None:
    with pytest.raises(CharterError) as caught:
        Policy((("mine.cedar", text),))

    assert says in str(caught.value) and "mine.cedar" in str(caught.value) and "\n" not in str(caught.value)


def test_a_policy_crosses_to_another_process_as_text() -> None:
    policy = Policy((("mine.cedar", "forbid (principal is Agent, action, resource);"),), ("slug",), ("pages",))

    again = pickle.loads(pickle.dumps(policy))

    assert again == policy and again.protects("slug") and again.baits("pages")
    assert again.decide(Request.of("retire", AUTHOR, AUTHOR)).policies == ("mine.cedar:1",)


@given(st.floats(allow_nan=False))
def test_any_energy_is_a_whole_number_that_cedar_can_count(energy: float) -> None:
    assert SHIPPED.decide(Request.of("retire", seen := AgentSeen(1, energy=whole(energy)), seen)).allowed


def test_a_decision_takes_less_than_sixty_microseconds() -> None:
    asked = [
        Request.of("propose", AgentSeen(number % 50, energy=number % 40), TOOL, model="") for number in range(2_000)
    ]
    times = []
    for each in asked:
        start = time.process_time_ns()
        SHIPPED.decide(each)
        times.append(time.process_time_ns() - start)

    assert statistics.median(times) < 60_000
