"""A charter that contradicts itself, or holds what can never matter, is told so in a sentence each."""

from __future__ import annotations

import pytest

from governance import Charter, Soundness, check_charter, read_charter
from governance.policy import Policy
from governance.probing import probe

SPECIES = ("critic", "mender", "specialist")


def found_in(charter: Charter) -> Soundness:
    return check_charter(charter, species=SPECIES, start_energy=100.0)


def with_policy(text: str) -> Charter:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return read_charter(f'[policy]\nfiles = ["mine.cedar"]\n[texts]\n"mine.cedar" = "{quoted}"\n')


def test_the_charter_that_ships_is_sound_and_every_policy_of_it_matters(charter: Charter) -> None:
    found = found_in(charter)

    assert found.sound and found.whole
    assert found.findings == ()


def test_a_forbid_that_ships_stands_guard_against_a_permit_of_ones_own() -> None:
    opened = 'permit (principal is Agent, action == Action::"post", resource is RuleLayer);'

    found = found_in(with_policy(opened))

    (error,) = found.findings
    assert error.about == "mine.cedar:1" and "forbid nobody-speaks-for-the-rules always beats it" in error.says


def test_a_forbid_of_ones_own_that_changes_nothing_is_remarked_on() -> None:
    idle = 'forbid (principal is Agent, action == Action::"post", resource is RuleLayer);'

    found = found_in(with_policy(idle))

    assert [each.about for each in found.findings] == ["mine.cedar:1"]
    assert found.sound and "is denied without it" in found.findings[0].says


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (
            'permit (principal is Agent, action == Action::"post", resource)'
            " when { principal.energy < 3 && principal.energy > 5 };",
            "its conditions cannot hold together",
        ),
        (
            'permit (principal is Agent, action == Action::"critique", resource is Tool) when { context.own };',
            "forbid nobody-judges-its-own always beats it",
        ),
    ],
)
def test_a_policy_that_can_never_decide_is_an_error(policy: str, says: str) -> None:
    found = found_in(with_policy(policy))

    (error,) = [each for each in found.findings if each.severity == "error"]
    assert error.about == "mine.cedar:1" and says in error.says and "\n" not in error.says


@pytest.mark.parametrize(
    "policy",
    [
        'forbid (principal is Agent, action == Action::"post", resource) when { context.topic like "secret/*" };',
        'forbid (principal == Agent::"7", action == Action::"admit", resource is Tool);',
        'forbid (principal is Agent, action == Action::"admit", resource is Tool)'
        ' when { resource.capabilities.contains("random") && principal.energy < 12 };',
        'permit (principal is Agent, action == Action::"retire", resource is Agent) when { principal.depth > 5 };',
    ],
)
def test_a_policy_that_matters_is_no_error(policy: str) -> None:
    assert found_in(with_policy(policy)).sound


def test_a_permit_that_another_covers_is_remarked_on() -> None:
    covered = (
        'permit (principal is Agent, action == Action::"post", resource is Board)'
        ' when { principal.species == "critic" };'
    )

    found = found_in(with_policy(covered))

    assert (
        found.sound and "another policy permits the same" in {e.about: e.says for e in found.findings}["mine.cedar:1"]
    )


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("[social.AuthorNotSoleApprover]\nquorum = 64", "social.AuthorNotSoleApprover.quorum"),
        ("[limits.PopulationLimit]\nmost = 1", "social.AuthorNotSoleApprover.quorum"),
        ("[trial]\nfuel = 0", "trial.fuel"),
        ("[limits.RatePerTool]\nmost = 0", "limits.RatePerTool.most"),
        ("[limits.EnergyLimit]\nleast = 101", "limits.EnergyLimit.least"),
        ("[social.AuthorNotSoleApprover]\non = false\nquorum = 2", "social.AuthorNotSoleApprover"),
        ('[approvals]\nturns = 0\n[policy]\nprotected = ["slug"]', "approvals.turns"),
        (
            '[rules]\nmodules = ["m.py"]\n[texts]\n"m.py" = """\nfrom ecology import rule\n@rule(stage="code")\n'
            'def NoDynamicCode(rewrite):\n    pass\n"""',
            "NoDynamicCode",
        ),
    ],
)
def test_settings_that_contradict_are_an_error(text: str, about: str) -> None:
    found = found_in(read_charter(text))

    (error,) = [each for each in found.findings if each.severity == "error"]
    assert error.about == about and error.says and "\n" not in error.says


@pytest.mark.parametrize("text", ["[social.AuthorNotSoleApprover]\nquorum = 63", "[social.FreshParent]\non = false"])
def test_settings_that_go_together_are_no_error(text: str) -> None:
    assert found_in(read_charter(text)).sound


def test_where_the_requests_are_too_many_a_seeded_share_is_looked_at() -> None:
    policy = Policy((("mine.cedar", "forbid (principal is Agent, action, resource) when { principal.depth > 900 };"),))

    first, again = probe(policy, species=SPECIES, most=8), probe(policy, species=SPECIES, most=8)

    assert not first.whole and first.requests == again.requests
    assert {name: each.decided for name, each in first.policies.items()} == {
        name: each.decided for name, each in again.policies.items()
    }
