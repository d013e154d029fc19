import math

import pytest

from ftf.http import FastTrackFramework
from ftf.http.limits import InvalidLimitError, Limit, throttle


def test_a_limit_has_a_period_of_a_second_a_minute_an_hour_or_a_day():
    limits = [Limit.per_second(5), Limit.per_minute(5), Limit.per_hour(5), Limit.per_day(5)]
    assert [limit.period for limit in limits] == [1, 60, 3_600, 86_400]
    assert Limit(quota=5, period=90).interval == 18_000_000


def test_a_limit_that_counts_failures_is_exact_unless_its_quota_is_large():
    assert Limit.per_minute(5, count="failures").is_exact
    assert not Limit.per_minute(5, count="failures", exact=False).is_exact
    assert not Limit.per_minute(5, count="failures", burst=2).is_exact
    assert not Limit.per_minute(1_001, count="failures").is_exact
    assert not Limit.per_minute(5).is_exact


@pytest.mark.parametrize("quota", [0, -1, True, 1.5, math.nan, "5", 60_000_001])
def test_edge_s83_a_quota_that_is_no_whole_number_from_1_is_refused(quota):
    with pytest.raises(InvalidLimitError, match=r"^quota=.* is not possible for a limit: it is "):
        Limit.per_minute(quota)


@pytest.mark.parametrize("period", [0, -1.0, math.nan, math.inf])
def test_edge_s83_a_period_that_is_no_time_is_refused(period):
    with pytest.raises(InvalidLimitError, match=r"^period=.*: it is a number of seconds above 0"):
        Limit(quota=1, period=period)


@pytest.mark.parametrize(
    "options",
    [
        {"burst": 0},
        {"burst": 2, "exact": True},
        {"count": "success"},
        {"then": "wait"},
        {"on_outage": "refuse"},
        {"by": "account"},
    ],
)
def test_edge_s83_an_option_that_is_out_of_range_is_named(options):
    with pytest.raises(InvalidLimitError, match=rf"^{next(iter(options))}="):
        Limit.per_minute(5, **options)


def test_edge_s83_an_exact_limit_has_a_quota_of_at_most_a_thousand():
    with pytest.raises(InvalidLimitError, match="at most 1,000 where the limit is exact") as caught:
        Limit.per_minute(1_001, exact=True)
    assert (caught.value.option, caught.value.value) == ("quota", 1_001)


@pytest.mark.parametrize("name", ["", "log in", 'log"in', "é", "x" * 65])
def test_edge_s83_a_name_that_is_no_part_of_a_header_is_refused(name):
    with pytest.raises(InvalidLimitError, match="1 to 64 letters, digits or"):
        FastTrackFramework().add_limit(name, Limit.per_minute(5))


def test_edge_s83_names_are_given_once_and_have_limits():
    app = FastTrackFramework()
    app.add_limit("login", Limit.per_minute(5), Limit.per_hour(5))
    for name in ("login", "login-2"):
        with pytest.raises(InvalidLimitError, match=f"name='{name}'.*this one is taken"):
            app.add_limit(name, Limit.per_minute(5))
    with pytest.raises(InvalidLimitError, match="it is at least one `Limit`"):
        app.add_limit("other")
    with pytest.raises(InvalidLimitError, match="it is a `Limit`, as"):
        app.add_limit("other", 5)
    with pytest.raises(InvalidLimitError, match="at least one name of `add_limit`"):
        throttle()
