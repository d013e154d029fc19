"""How long logins may live."""

from datetime import timedelta

import pytest

from ftf.http.auth import InvalidAuthError, LoginOptions


@pytest.mark.parametrize("name", ["lifetime", "idle", "grace", "seen_every", "kept"])
def test_a_time_below_zero_is_refused(name):
    with pytest.raises(InvalidAuthError, match=rf"LoginOptions\({name}=...\) is below 0"):
        LoginOptions(**{name: timedelta(seconds=-1)})


def test_a_grace_above_a_minute_is_refused():
    with pytest.raises(InvalidAuthError, match=r"LoginOptions\(grace=...\) is above a minute"):
        LoginOptions(grace=timedelta(seconds=61))
    LoginOptions(grace=timedelta(seconds=60))
