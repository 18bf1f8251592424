"""`policy list|check|test|explain|diff`: what policies share, whether they are sound, and why a field leaves or not."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from proxy.cli.frame import FAULT, AsJson, Refused, answer, make_group, say_table, settings
from proxy.cli.sharing import find_policy, policy_path, read_text
from proxy.core.catalog import COLLECTIONS
from proxy.core.errors import PolicyError
from proxy.core.explain import explain
from proxy.core.labels import labels
from proxy.core.lens import compile_lens
from proxy.core.policy import Policy
from proxy.core.policycases import Document, Failure, Keep, run_cases
from proxy.core.policydiff import diff
from proxy.core.policyfile import parse
from proxy.core.pseudonym import Pseudonyms
from proxy.house import policies_folder
from proxy.settings import Settings

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[POLICY]...", help="Names or YAML files; default: all.")
]
Name = Annotated[str, typer.Argument(metavar="POLICY", help="A policy's name, or a YAML file.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    policy = make_group(
        help_text="What policies share, whether they are sound, and why a field leaves or not."
    )
    policy.command("list")(list_policies)
    policy.command()(check)
    policy.command("test")(run_tests)
    policy.command("explain")(explain_policy)
    policy.command("diff")(diff_policies)
    app.add_typer(policy, name="policy")


def list_policies(as_json: AsJson = False) -> None:
    """List the policies."""
    found = [find_policy(settings(), str(path)) for path in _paths(settings(), None)]
    if as_json:
        answer([_as_object(policy) for policy in found], "", as_json=True)
        return
    rows = [(policy.name, policy.title, f"{policy.window} days", labels(policy).detail) for policy in found]
    say_table(("POLICY", "TITLE", "AT MOST", "DETAIL"), rows)


def check(policies: Names = None, as_json: AsJson = False) -> None:
    """Check policies: exit 0 if they are sound, else each fault with its place and what to write instead."""
    checked = [_checked(path) for path in _paths(settings(), policies)]
    text = "\n".join(one["faults"] or f"{one['file']}: sound" for one in checked)
    value = [{**one, "faults": one["faults"].splitlines()} for one in checked]
    answer(value, text, as_json=as_json)
    if any(one["faults"] for one in checked):
        raise typer.Exit(FAULT)


def run_tests(policies: Names = None, as_json: AsJson = False) -> None:
    """Run the tests of policies: each document through the compiled filter, as a clinician would get it."""
    paths = _paths(settings(), policies)
    failures = [failure for path in paths for failure in tested(path)]
    value = [
        {"file": one.file, "line": one.line, "name": one.name, "differences": list(one.differences)}
        for one in failures
    ]
    words = "\n".join(_failure(one) for one in failures) or f"{len(paths)} policies do what their tests say."
    answer({"policies": len(paths), "failures": value}, words, as_json=as_json)
    if failures:
        raise typer.Exit(FAULT)


def explain_policy(
    policy: Name,
    collection: Annotated[
        str, typer.Argument(help="entries, treatments, devicestatus, profile, food, activity.")
    ],
    path: Annotated[str, typer.Argument(help="A field, such as sgv or loop.iob.iob.")] = "",
    document: Annotated[
        Path | None, typer.Option(help="A JSON document of Nightscout's, instead of a field.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which rule keeps or withholds each field: of a document, or of a path (default: all paths)."""
    found = find_policy(settings(), policy)
    if collection not in COLLECTIONS:
        raise typer.BadParameter(f"Write one of: {', '.join(COLLECTIONS)}.", param_hint="collection")
    if document is not None:
        said = explain(found, collection, _read_document(document))
    else:
        said = [line for one in _wanted(collection, path) for line in explain(found, collection, one)]
    if as_json:
        answer([{"path": one.path, "kept": one.kept, "reason": one.reason} for one in said], "", as_json=True)
        return
    say_table(("FIELD", "", "WHY"), [(one.path, "shared" if one.kept else "-", one.reason) for one in said])


def diff_policies(old: Name, new: Name, as_json: AsJson = False) -> None:
    """Say what the second policy reveals that the first withholds, and what it hides."""
    found = diff(find_policy(settings(), old), find_policy(settings(), new))
    answer(found, "\n".join(found) or "Both share the same.", as_json=as_json)


def tested(path: Path) -> Sequence[Failure]:
    """Run the tests that lie beside a policy, in `tests/`. Raises PolicyError; Refused if there are none."""
    policy = parse(read_text(path), file=str(path))
    cases = path.parent / "tests" / path.name
    if not cases.is_file():
        raise Refused(
            f"The policy {policy.name} has no tests: write them in {cases}. See policies/README.md."
        )
    return run_cases(policy, read_text(cases), file=str(cases), keep=_filter(policy))


def _filter(policy: Policy) -> Keep:
    """Give the compiled filter, for single documents."""
    # Any key: pseudonyms are compared as "some id". Lenses of their own, not a view's: of a policy that gives
    # averages only, the cases say which rows go into them.
    lenses = {
        collection: compile_lens(collection, shown, Pseudonyms(bytes(32), "", collection))
        for collection, shown in policy.collections.items()
    }

    def keep(collection: str, document: Document) -> Document | None:
        lens = lenses.get(collection)
        row = lens.read_one(msgspec.json.encode(document)) if lens else None
        return None if row is None else msgspec.json.decode(msgspec.json.encode(row), type=dict[str, Any])

    return keep


def _paths(settings: Settings, names: Sequence[str] | None) -> list[Path]:
    if names:
        return [policy_path(settings, name) for name in names]
    found = sorted(policies_folder(settings).glob("*.yaml"))
    if not found:
        raise Refused(f"There are no policies in {policies_folder(settings)}: check CHAPERONE_POLICIES.")
    return found


def _checked(path: Path) -> dict[str, Any]:
    try:
        policy = parse(read_text(path), file=str(path))
    except PolicyError as error:
        return {"file": str(path), "policy": None, "faults": str(error)}
    return {"file": str(path), "policy": policy.name, "faults": ""}


def _as_object(policy: Policy) -> dict[str, Any]:
    said = labels(policy)
    return {
        "name": policy.name,
        "title": policy.title,
        "window": policy.window,
        "detail": policy.detail,
        "hash": policy.hash,
        "shown": list(said.shown),
        "withheld": list(said.withheld),
    }


def _failure(failure: Failure) -> str:
    return "\n  ".join((f"{failure.file}:{failure.line}: {failure.name}", *failure.differences))


def _wanted(collection: str, path: str) -> Sequence[str]:
    return (path,) if path else tuple(COLLECTIONS[collection])


def _read_document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise Refused(f"The file {path} is not JSON.") from error
    if not isinstance(document, dict):
        raise Refused(f"The file {path} holds no single document: write one object, {{...}}.")
    return document
