"""What a child sends is doubted byte by byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.sandbox import Call, Limits, Program, Sandbox, same
from governance.sandbox.claims import read_fork
from governance.sandbox.decode import ClaimError, decode, parse
from governance.sandbox.process import Conversation
from governance.sandbox.zygote.encode import DEPTH, Encoder
from governance.sandbox.zygote.wire import LENGTH

Values = st.SearchStrategy[Any]
TWO = Program("", "f", (Call("(1,)"), Call("(2,)")))


def sent(*frames: object, code: int = 0) -> Conversation:
    """Return a conversation in which a child sent these frames."""
    talk = Conversation(code=code)
    for frame in frames:
        body = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
        talk.feed(LENGTH.pack(len(body)) + body, cap=1 << 20)
    return talk


def ok(number: int, position: int, value: object = 1) -> list[object]:
    """Return an honest frame."""
    return [number, position, {"outcome": "ok", "value": value, "fuel": 3}]


@given(data=st.data())
def test_a_value_survives_the_way_out(values: Values, data: st.DataObject) -> None:
    value = data.draw(values)

    frame = json.dumps(Encoder().encode(value)).encode()

    assert same(decode(parse(frame)), value)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_claim_error_or_json(frame: bytes) -> None:
    try:
        parse(frame)
    except ClaimError:
        return


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("tsfdbcieroy"), inner, max_size=2),
    max_leaves=10,
)


@given(JSON)
def test_any_json_is_a_value_or_a_claim_error(claim: Any) -> None:
    try:
        decode(claim)
    except ClaimError:
        return


@pytest.mark.parametrize(
    "frame",
    [b"[" * 100_000, b'{"t":' * 50_000, b"NaN", b"[Infinity]", b"1" * 10_000, b"\xff\xfe", b'{"a":1,"b":2}', b""],
)
def test_bombs_and_odd_numbers_are_refused(frame: bytes) -> None:
    with pytest.raises(ClaimError):
        decode(parse(frame))


@pytest.mark.parametrize(
    "claim",
    [
        {}, {"x": 1}, {"t": 1}, {"s": [[1]]}, {"d": [[1]]}, {"d": [[[], 1]]}, {"i": 5}, {"i": "zz"}, {"r": "1e5"},
        {"b": "g"}, {"c": [1, 2]}, {"c": [1.0]}, {"o": 1}, {"d": {"a": 1}}, {"r": float}, {"s": [{"t": [[]]}]},
    ],
)  # fmt: skip
def test_a_claim_of_no_known_form_is_refused(claim: Any) -> None:
    with pytest.raises(ClaimError):
        decode(claim)


def test_keys_made_to_collide_are_refused() -> None:
    colliding = [{"i": hex(n * ((1 << 61) - 1))} for n in range(5_000)]

    with pytest.raises(ClaimError, match="collide"):
        decode({"s": colliding})


@pytest.mark.parametrize("many", [65, 3_000])
def test_a_few_colliding_keys_hidden_among_many_others_are_refused_too(many: int) -> None:
    colliding = [{"i": hex(n * ((1 << 61) - 1) + 5)} for n in range(1, many + 1)]
    others = list(range(10, 10 + 2 * many))

    for claim in ({"s": colliding + others}, {"d": [[key, 0] for key in colliding + others]}):
        with pytest.raises(ClaimError, match=f"{many} keys collide"):
            decode([claim])


def test_keys_that_happen_to_share_a_hash_and_many_objects_of_one_type_are_fine() -> None:
    assert len(decode({"s": [{"i": hex(n * ((1 << 61) - 1) + 5)} for n in range(1, 65)] + list(range(10, 99))})) == 153  # type: ignore[arg-type]
    assert len(decode({"s": [{"o": "Thing"}] * 500})) == 500  # type: ignore[arg-type]


def test_a_run_that_sent_colliding_keys_says_so(sandbox: Sandbox) -> None:
    source = "def f():\n    return {k * (2 ** 61 - 1) + 5 for k in range(1, 200)}\n"

    run = sandbox.run(Program(source, "f", (Call("()"),)))

    assert run.results[0].outcome == "killed" and "199 keys collide" in run.note


def test_nesting_ends_as_an_opaque_mark_at_a_fixed_depth() -> None:
    deep: list[Any] = []
    deep.append(deep)

    claim = Encoder().encode(deep)

    assert json.dumps(claim).count("[") == DEPTH and "nested too deeply" in json.dumps(claim)
    decode(claim)


def test_honest_frames_are_results_in_order() -> None:
    fork = read_fork(sent(["ready"], ok(0, 0), ok(0, 1, 2), ["end"]), [TWO], limits=Limits(), tier="zygote")

    assert fork.culprit is None and [result.value for result in fork.runs[0].results] == [1, 2]


@pytest.mark.parametrize(
    "frames",
    [
        (["ready"], ok(0, 0), ok(0, 0), ok(0, 1), ["end"]), (["ready"], ok(0, 1), ok(0, 0), ["end"]),
        (["ready"], ok(0, 0), ["end"]), (["ready"], ok(0, 0), ["end"], ok(0, 1)), (ok(0, 0), ok(0, 1), ["end"]),
        (["ready"], ["ready"], ok(0, 0), ok(0, 1), ["end"]), (["ready"], ok(0, 0), ok(0, 1), ok(0, 2), ["end"]),
        (["ready"], ok(0, 0), b"junk", ["end"]), (["ready"], 5, ["end"]), (["ready"], [0, 0, 5], ["end"]),
        (["ready"], [0, 0, {"outcome": "killed"}], ok(0, 1), ["end"]), (["ready"], [0, 0, {}], ok(0, 1), ["end"]),
        (["ready"], [0, 0, {"outcome": "ok", "fuel": -1}], ok(0, 1), ["end"]),
        (["ready"], [0, 0, {"outcome": "ok", "fuel": True}], ok(0, 1), ["end"]),
        (["ready"], [0, 0, {"outcome": ["ok"]}], ok(0, 1), ["end"]),
        (["ready"], [0, 0, {"outcome": "ok", "args": [1]}], ok(0, 1), ["end"]),
        (["ready"], [0, 0, {"outcome": "ok", "lines": ["a"]}], ok(0, 1), ["end"]),
        (["ready"], [0, 0, {"outcome": "error", "error": 5}], ok(0, 1), ["end"]),
        (["ready"], [False, 0, {"outcome": "ok", "value": {"i": []}}], ok(0, 1), ["end"]),
    ],
)  # fmt: skip
def test_one_wrong_frame_spoils_the_whole_run(frames: tuple[object, ...]) -> None:
    fork = read_fork(sent(*frames), [TWO], limits=Limits(), tier="zygote")

    assert fork.malformed and fork.culprit is not None and not fork.runs
    assert [result.outcome for result in fork.culprit.results] == ["killed", "killed"]


@pytest.mark.parametrize("code", [1, 5, -11, -9])
def test_an_end_is_believed_only_of_a_child_that_ended_so(code: int) -> None:
    talk = sent(["ready"], ok(0, 0), ok(0, 1, 2), ["end"], code=code)

    fork = read_fork(talk, [TWO], limits=Limits(), tier="zygote")

    assert fork.malformed and not fork.runs and fork.culprit is not None
    assert {result.outcome for result in fork.culprit.results} == {"killed"} and "did not end as" in fork.culprit.note


def test_a_child_that_forges_its_end_and_crashes_is_not_believed(any_tier: Sandbox) -> None:
    source = "import os\ndef frame(b): return len(b).to_bytes(4, 'big') + b\ndef f():\n    body = "
    source += 'b\'[0,0,{"outcome":"ok","value":42,"fuel":1}]\'\n'
    source += "    os.write(3, frame(body) + frame(b'[\"end\"]'))\n    os._exit(5)\n"

    assert any_tier.run(Program(source, "f", (Call("()"),))).results[0].outcome == "killed"


FORGERIES = [
    "os.write(3, b'\\xff' * 64)", "os.write(3, frame(b'[0,0,{\"outcome\":\"ok\",\"value\":42,\"fuel\":1}]'))",
    "os.write(3, frame(b'[\"end\"]')); os._exit(0)", "os.write(3, frame(b'[' * 60000))", "os.write(3, b'\\0\\0\\0\\0')",
    "os.write(3, frame(b'[\"ready\"]'))", "os.write(3, b'\\x7f\\xff\\xff\\xff' + b'x' * 1000)",
]  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_child_that_writes_to_its_stream_is_marked_as_killed(any_tier: Sandbox, forgery: str) -> None:
    source = f"import os\ndef frame(b): return len(b).to_bytes(4, 'big') + b\ndef f(n):\n    {forgery}\n    return 41\n"
    program = Program(source, "f", (Call("(1,)"), Call("(2,)")))

    outcomes = [result.outcome for result in any_tier.run(program, Limits(cpu_s=1, wall_s=5.0)).results]

    assert set(outcomes) <= {"killed", "output"}
    assert any_tier.run(Program("def f(): return 1", "f", (Call("()"),))).results[0].value == 1


def test_a_flood_is_cut_off(any_tier: Sandbox) -> None:
    source = "import os\ndef f():\n    while True:\n        os.write(3, b'\\0\\0\\0\\1x' * 10000)\n"

    run = any_tier.run(Program(source, "f", (Call("()"),)), Limits(output_bytes=1 << 16))

    assert run.results[0].outcome in ("output", "killed")
