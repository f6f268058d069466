"""The pages about what comes in: reasons for all who run the service, records only for those who manage devices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.service.conftest import Clock
from tests.service.makers import NOW_US, Staff
from tests.service.monitoring.senders import Device, fix, make_device
from throughcare.kernel.time import DAY_US
from throughcare.service.audit.models import Entry
from throughcare.service.monitoring.actions import work_once
from throughcare.service.monitoring.credentials import device, devices, sender_of
from throughcare.service.monitoring.ingest_limits import LIMITS
from throughcare.service.monitoring.models import Reject
from throughcare.service.roles import PERMISSIONS, Permission, Role

pytestmark = pytest.mark.django_db
Page = Callable[..., str]


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    LIMITS.clear()
    yield
    LIMITS.clear()


@pytest.fixture
def keeper(staff: dict[Role, Staff], signed_in: Callable[[Staff], Client]) -> Client:
    return signed_in(staff[Role.ADMINISTRATOR])


def page(client: Client, name: str, *arguments: object, **query: object) -> str:
    answer = client.get(reverse(f"monitoring:{name}", args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def refuse_some(client: Client, count: int = 1) -> None:
    sender: Device = make_device(Client(), "D1")
    assert sender.say(*(fix(n, latitude=95.5, longitude=171.25) for n in range(count))).counts == (
        0,
        0,
        count,
    )


def test_what_was_refused_is_listed_with_reason_and_drawn_by_day(keeper: Client) -> None:
    refuse_some(keeper, 3)
    Reject.objects.filter(row=2).update(at_us=NOW_US - 2 * DAY_US)
    shown = page(keeper, "rejects")
    assert shown.count("Latitude out of range") >= 3
    assert "7 March: 1; 8 March: 0; 9 March: 2" in shown
    assert "3 records" in shown


def test_the_list_is_narrowed_by_device_and_reason(keeper: Client) -> None:
    refuse_some(keeper)
    make_device(Client(), "D2").send(b"{")
    assert "1 record of those" in page(keeper, "rejects", device="D2")
    assert "1 record of those" in page(keeper, "rejects", reason="latitude_out_of_range")
    assert "0 records of those" in page(keeper, "rejects", device="D2", reason="latitude_out_of_range")
    assert "0 records of those" in page(keeper, "rejects", device="D3")


def test_what_was_sent_is_shown_to_who_manages_devices_and_logged(keeper: Client) -> None:
    refuse_some(keeper)
    number = Reject.objects.get().pk
    assert "171.25" in page(keeper, "reject", number)
    assert list(Entry.objects.filter(subject=f"reject:{number}").values_list("action", flat=True)) == [
        "reject_opened"
    ]
    page(keeper, "rejects")
    assert Entry.objects.filter(action="rejects_viewed").count() == 1


def test_who_may_not_manage_devices_sees_no_coordinate(
    keeper: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_some(keeper)
    only_operations = PERMISSIONS[Role.ADMINISTRATOR] - {Permission.DEVICE_MANAGE}
    monkeypatch.setitem(PERMISSIONS, Role.ADMINISTRATOR, only_operations)
    shown = page(keeper, "rejects")
    assert "Latitude out of range" in shown
    assert "95.5" not in shown
    assert "171.25" not in shown
    assert keeper.get(reverse("monitoring:reject", args=[Reject.objects.get().pk])).status_code == 403


def test_a_long_list_comes_in_pages_with_few_questions(
    keeper: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    refuse_some(keeper, 120)
    with django_assert_max_num_queries(30):
        first = page(keeper, "rejects")
    assert "Older records" in first
    second = page(keeper, "rejects", page=2)
    assert "Newer records" in second
    assert "Older records" not in second
    assert page(keeper, "rejects", page="x" * 9)


def test_a_record_that_is_not_there_is_not_found(keeper: Client) -> None:
    assert keeper.get(reverse("monitoring:reject", args=[99])).status_code == 404


def test_what_is_sent_cannot_become_markup(keeper: Client) -> None:
    make_device(Client(), "G", is_gateway=True).say(
        fix(device="<script>alert(1)</script>", latitude="<b>bold</b>")
    )
    number = Reject.objects.get().pk
    for shown in (page(keeper, "rejects"), page(keeper, "reject", number)):
        assert "<script>alert" not in shown
        assert "<b>bold" not in shown


def test_data_of_nobody_is_listed_with_its_reason(keeper: Client, clock: Clock) -> None:
    make_device(Client(), "D1").say(fix(0), fix(1))
    work_once(worker="w", now_us=clock.now_us)
    shown = page(keeper, "unowned")
    assert "D1" in shown
    assert "Unknown device" in shown
    assert re.search(r'numeric">2<', shown)


def test_a_device_is_added_and_its_key_shown_once(keeper: Client, clock: Clock) -> None:
    url = reverse("monitoring:device_add")
    answer = keeper.post(url, {"device_id": "G7", "kind": "gateway", "vendor": "", "facts_per_minute": "50"})
    key = re.search(r"tck_\d+_[0-9a-f]{64}", answer.content.decode())
    assert key is not None
    assert answer.headers["Cache-Control"] == "no-store"
    sender = sender_of(key[0], now_us=clock.now_us)
    assert sender is not None
    assert (sender.device_id, sender.is_gateway, sender.facts_per_minute) == ("G7", True, 50)
    assert key[0] not in page(keeper, "device", devices()[0].number)
    assert "There is a device of this name already" in keeper.post(
        url, {"device_id": "G7", "kind": "device"}
    ).content.decode()  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        {"device_id": "", "kind": "device"},
        {"device_id": "D", "kind": "tag"},
        {"device_id": "x" * 65, "kind": "device"},
        {"device_id": "D", "kind": "device", "facts_per_minute": "0"},
        {"device_id": "D", "kind": "device", "vendor": "invented"},
    ],
)
def test_a_form_that_is_wrong_adds_nothing(given: dict[str, str], keeper: Client) -> None:
    answer = keeper.post(reverse("monitoring:device_add"), given)
    assert "There is a problem" in answer.content.decode()
    assert devices() == []


def test_a_device_is_limited_disabled_enabled_and_its_key_changed(keeper: Client, clock: Clock) -> None:
    made = make_device(Client(), "D1")
    number = made.number
    keeper.post(reverse("monitoring:device", args=[number]), {"facts_per_minute": "5"})
    keeper.post(reverse("monitoring:device_state", args=[number]))
    found = device(number)
    assert found is not None
    assert (found.facts_per_minute, found.disabled_us) == (5, clock.now_us)
    keeper.post(reverse("monitoring:device_state", args=[number]))
    answer = keeper.post(reverse("monitoring:device_key", args=[number]), {"ends": "now"})
    new = re.search(r"tck_\d+_[0-9a-f]{64}", answer.content.decode())
    assert new is not None
    assert sender_of(made.key, now_us=clock.now_us) is None
    assert sender_of(new[0], now_us=clock.now_us) is not None
    actions = (
        Entry.objects.filter(subject=f"device:{number}").order_by("seq").values_list("action", flat=True)
    )
    assert list(actions) == [
        "device_added",
        "device_limit_set",
        "device_disabled",
        "device_enabled",
        "device_key_changed",
    ]
