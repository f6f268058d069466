"""Pages of decisions and court packs."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.desk import actions, queries
from throughcare.service.desk.forms import DecisionForm, DiscloseForm, ReasonForm, SignForm
from throughcare.service.desk.views.opening import opened
from throughcare.service.desk.views.working import CHANGED, ask, given, of
from throughcare.service.roles import Permission


@staff_page(Permission.DECISION_PROPOSE)
@require_http_methods(["GET", "POST"])
def propose(request: Request, item_id: int) -> HttpResponse:
    """Propose a decision."""
    return ask(
        request,
        item_id,
        title="Propose a decision",
        button="Propose it",
        hint="Somebody else signs it or sends it back. Say what else you weighed: at least one other outcome.",
        form=lambda shown: DecisionForm(**given(request, shown)),
        act=lambda form: actions.propose_decision(**of(request, item_id), **form.values()),  # type: ignore[attr-defined]
        done="It is proposed. Somebody else must sign it.",
    )


@staff_page(Permission.DECISION_SIGN)
@require_http_methods(["GET", "POST"])
def sign(request: Request, item_id: int) -> HttpResponse:
    """Sign what somebody else proposed."""
    person = opened(request, item_id, page="desk_item")
    shown = queries.item(item_id)
    if shown.waiting is None:
        messages.warning(request, "No decision waits for a signature.")
        return redirect("desk:item", item_id=item_id)
    form = SignForm(**given(request, shown, seen=shown.seen))
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("revision", "seen")}
        try:
            actions.sign_decision(**of(request, item_id), **values)
        except actions.OwnDecision:
            form.add_error(None, "You proposed this decision: somebody else must sign it")
        except actions.IncidentChanged:
            messages.warning(
                request,
                "The engine told something new since you opened this page. Look at it before you sign.",
            )
            return redirect("desk:item", item_id=item_id)
        except actions.ItemChanged:
            messages.warning(request, CHANGED)
            return redirect("desk:item", item_id=item_id)
        else:
            messages.success(request, "It is signed. The court pack can be made now.")
            return redirect("desk:item", item_id=item_id)
    return render(request, "desk/sign.html", {"person": person, "item": shown, "form": form})


@staff_page(Permission.DECISION_PROPOSE)
@require_http_methods(["GET", "POST"])
def send_back(request: Request, item_id: int) -> HttpResponse:
    """Send a proposed decision back, or withdraw one's own."""
    person_ref = queries.person_ref_of(item_id)
    waiting = queries.item(item_id).waiting if person_ref is not None else None
    own = waiting is not None and waiting.proposed_by == request.viewer.actor
    if waiting is not None and not own and not request.viewer.may(Permission.DECISION_SIGN):
        opened(request, item_id, page="desk_item")
        raise PermissionDenied
    return ask(
        request,
        item_id,
        title="Send the decision back",
        button="Send it back",
        form=lambda shown: ReasonForm(**given(request, shown)),
        act=lambda form: actions.send_back(**of(request, item_id), **form.cleaned_data),
        done="It is sent back.",
    )


@staff_page(Permission.DECISION_PROPOSE)
@require_POST
def pack(request: Request, item_id: int) -> HttpResponse:
    """Make the court pack."""
    opened(request, item_id, page="desk_pack")
    try:
        actions.make_pack(**of(request, item_id))
    except actions.NoEvidence:
        messages.warning(
            request,
            "The recorded facts do not show this incident any more, or it changed just now. There is no pack.",
        )
    else:
        messages.success(request, "The court pack is made. Take it out below: say who receives it.")
    return redirect("desk:item", item_id=item_id)


@staff_page(Permission.DECISION_PROPOSE)
@require_http_methods(["GET", "POST"])
def disclose(request: Request, pack_id: int) -> HttpResponse:
    """Ask who receives a court pack, write it into the log, and hand the file out."""
    found = queries.pack_file(pack_id, evidence=False)
    if found is None:
        raise Http404
    person = opened(request, found.item_id, page="desk_pack")
    form = DiscloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wants_evidence = form.cleaned_data["file"] == "evidence"
        file = actions.disclose_pack(
            by=request.viewer,
            now_us=request.now_us,
            pack_id=pack_id,
            recipient=form.cleaned_data["recipient"],
            evidence=wants_evidence,
        )
        kind = "application/json" if wants_evidence else "application/pdf"
        answer = HttpResponse(file.content, content_type=kind)
        answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return answer
    context = {"person": person, "item": queries.item(found.item_id), "form": form, "digest": found.digest}
    return render(request, "desk/disclose.html", context)
