from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from actors.models import ChangeProposal, VerificationRequest
from actors.proposable import model_of, parts_of
from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.letters.services import post


def post_receipt(proposal: ChangeProposal, token: str) -> None:
    """Thank for a proposal; nothing that the proposer wrote stands in it, for the address may be somebody else's."""
    _post_about(proposal, token, template="proposal_received", kind="actors.proposal_received")


def post_decision(proposal: ChangeProposal, token: str, taken: list[str]) -> None:
    """Say how a proposal was decided and why, with the parts that were taken over and those that were not."""
    with override(proposal.language):
        model = model_of(proposal.record)
        labels = {name: part.label(model) for name, part in parts_of(proposal).items()}
    context = {
        "taken": [label for name, label in labels.items() if name in taken],
        "left": [label for name, label in labels.items() if name not in taken],
    }
    _post_about(proposal, token, template="proposal_decided", kind="actors.proposal_decided", **context)


def _post_about(proposal: ChangeProposal, token: str, *, template: str, kind: str, **context) -> None:
    with override(proposal.language):
        address = f"{settings.SITE_ADDRESS}{reverse('actors:proposal', args=[token])}"
        record = proposal.record
        page = f"{settings.SITE_ADDRESS}{record.get_absolute_url()}" if record else ""
        name = str(record) if record else ""
    post(
        to=proposal.email,
        kind=kind,
        template=template,
        context={"proposal": proposal, "name": name, "page": page, "address": address, **context},
        language=proposal.language,
        about=f"actors.changeproposal:{proposal.pk}",
    )


def post_request(request: VerificationRequest, token: str, *, is_reminder: bool) -> None:
    """Ask a contact whether the facts still hold."""
    with override(SOURCE_LANGUAGE):
        address = f"{settings.SITE_ADDRESS}{reverse('actors:confirm', args=[token])}"
        context = {"name": str(request.organization), "address": address, "expires_at": request.expires_at}
    post(
        to=request.contact.email,
        kind="actors.verification_reminder" if is_reminder else "actors.verification_request",
        template="verification_request",
        context=context | {"is_reminder": is_reminder},
        language=SOURCE_LANGUAGE,
        about=f"actors.verificationrequest:{request.pk}",
    )
