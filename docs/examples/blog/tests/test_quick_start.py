"""The quick start of ftf-testing, word for word from its README, with this blog."""

import re
from pathlib import Path

import pytest

BLOG = Path(__file__).parents[1]
README = BLOG.parents[2] / "packages/ftf-testing/README.md"


def test_the_quick_start_passes_with_the_blog(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, tests = re.findall(r"```(?:ini|python)\n(.*?)```", README.read_text(), re.DOTALL)[:2]
    pytester.path.joinpath("pytest.ini").write_text(settings)
    pytester.path.joinpath("blog").symlink_to(BLOG)
    file = pytester.makepyfile(tests)
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    result = pytester.runpytest_subprocess("-W", "error", file)
    result.assert_outcomes(passed=3)
