"""What the patient wrote for this visit, as it goes with the grant."""

from proxy.core.grant import Grant
from proxy.core.ports import Documents
from proxy.core.remarks import REMARKS, read_remarks
from proxy.core.tongue import say
from proxy.visit.summary_page import Remarks


async def remarks_of(store: Documents, grant: Grant) -> Remarks:
    """Read the owner's words for a grant. Raises StoreUnavailable."""
    kept = read_remarks(await store.document(REMARKS, grant.id))
    return Remarks(
        dated=tuple((each.when, each.words) for each in kept.dated),
        questions=kept.questions,
        picked=tuple((each.when, each.words) for each in kept.picked),
    )


def as_lines(remarks: Remarks) -> str:
    """Write the patient's words below a text for a record; empty if there are none. Each takes one line."""
    parts = (
        (say("Questions for this visit"), list(remarks.questions)),
        (say("Remarks"), [_line(*each) for each in remarks.dated]),
        (say("Notes from Nightscout that the patient chose"), [_line(*each) for each in remarks.picked]),
    )
    said = [f"{title}:\n" + "\n".join(f"- {words}" for words in lines) for title, lines in parts if lines]
    return "\n".join(["", "", say("From the patient, in their own words"), *said, ""]) if said else ""


def _line(when: str, words: str) -> str:
    return f"{when}: {words}" if when else words
