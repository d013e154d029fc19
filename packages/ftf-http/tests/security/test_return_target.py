import pytest

from ftf.http.security import return_target


@pytest.mark.parametrize(
    "target",
    [
        "//e.example",
        "/\\e.example",
        "\\\\e.example",
        "\t//e.example",
        "/\t/e.example",
        "/ /e.example",
        "https:e.example",
        "https://e.example",
        "javascript:alert(1)",
        "/%5Ce.example",
        "/%2F/e.example",
        "/a\r\nset-cookie: x=1",
        "/a\x00",
        "/" + "a" * 4_096,
        "a@e.example",
        "e.example",
        "",
        None,
    ],
)
def test_edge_s89_what_may_lead_to_another_site_is_replaced(target):
    assert return_target(target) == "/"
    assert return_target(target, "/home") == "/home"


@pytest.mark.parametrize(
    "target", ["/", "/posts?page=2#top", "/a@e", "/a//b", "/%C3%A9", "/é", "/?next=https://e"]
)
def test_edge_s89_a_local_path_stays(target):
    assert return_target(target) == target
