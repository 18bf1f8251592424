"""What the patient wrote for this visit, as it goes with the grant."""

from proxy.core.grant import Grant
from proxy.core.ports import Documents
from proxy.core.remarks import REMARKS, read_remarks
from proxy.visit.summary_page import Remarks


async def remarks_of(store: Documents, grant: Grant) -> Remarks:
    """Read the owner's words for a grant. Raises StoreUnavailable."""
    kept = read_remarks(await store.document(REMARKS, grant.id))
    return Remarks(
        dated=tuple((each.when, each.words) for each in kept.dated),
        questions=kept.questions,
        picked=tuple((each.when, each.words) for each in kept.picked),
    )
