"""Decap as it is served, in Chromium, with its own server for local trials: a new item comes as a draft."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import served
from conftest import AS_OF, ROOT, GitFolder, Outcome
from duban.editor.decap import LOCAL
from duban.load import read
from duban.parse import parse
from duban.repository import tree_at

BUNDLE = ROOT / "build/editor/decap-cms.js"
SERVER = ROOT / "site/editor/node_modules/decap-server/dist/index.js"
ITEM = "items/2019/2019-0062.yml"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (BUNDLE.exists() and SERVER.exists()), reason="no Decap here: `make editor` installs it"),
]


@contextmanager
def saving_to(folder: Path) -> Iterator[str]:
    """The address of a decap-server that saves to branches of a repository."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    surroundings = {**os.environ, "MODE": "git", "GIT_REPO_DIRECTORY": str(folder), "PORT": str(port)}
    process = subprocess.Popen(["node", str(SERVER)], env={**surroundings, "BIND_HOST": "127.0.0.1"})
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[tuple[Page, set[str]]]:
    """A page, and every host that it asked."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1300, "height": 1400})
    page, asked = context.new_page(), set[str]()
    page.on("request", lambda one: asked.add("/".join(one.url.split("/")[:3])))
    page.goto(address)
    try:
        yield page, asked
    finally:
        context.close()


def put(page: Page, name: str, value: str) -> None:
    page.locator(f'[id^="{name}-field"]').first.fill(value)


def pick(page: Page, name: str, value: str) -> None:
    page.locator(f'input[id^="{name}-field"]').first.fill(value)
    page.get_by_role("option", name=value, exact=True).first.click()


def test_a_new_item_comes_as_a_draft_that_the_check_finds_clean(
    browser: Browser,
    copy_of: Callable[..., Path],
    git_folder: Callable[[Path], GitFolder],
    run: Callable[..., Outcome],
    tmp_path: Path,
) -> None:
    repository = git_folder(copy_of())
    repository.git("config", "user.name", "registrar")
    repository.git("config", "user.email", "registrar@example.invalid")
    before = repository.commit()
    place = tmp_path / "editor"
    shutil.copytree(BUNDLE.parent, place)
    assert run("-C", repository.folder, "form", "--decap", "--local", "--out", place).code == 0
    with saving_to(repository.folder) as saving, served({"editor": place}) as addresses:
        for name in ("config.yml", "index.html"):
            told = (place / name).read_text(encoding="utf-8")
            assert LOCAL in told
            (place / name).write_text(told.replace(LOCAL, saving), encoding="utf-8")
        with opened(browser, addresses["editor"]) as (page, asked):
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_role("link", name="新事项")).to_be_visible()
            expect(page.get_by_text("2019-0051")).to_have_count(0)
            page.get_by_role("link", name="新事项").click()
            put(page, "id", "2019-0062")
            put(page, "title", "白水街路灯不亮")
            for name, value in (("openness", "主动公开"), ("urgency", "平件"), ("category", "焦点")):
                pick(page, name, value)
            put(page, "received_on", AS_OF)
            pick(page, "received_by", read(tree_at(repository.folder, "main")).registry.position("registrar"))
            page.get_by_role("button", name="新增任务来源").click()
            pick(page, "type", "网民留言")
            put(page, "text", "路灯不亮。")
            put(page, "summary", "网民反映白水街二十余盏路灯不亮。")
            pick(page, "by", read(tree_at(repository.folder, "main")).registry.position("registrar"))
            put(page, "on", AS_OF)
            page.get_by_role("button", name="保存", exact=True).click()
            expect(page.get_by_role("button", name="删除未发布的内容")).to_be_visible()
            assert page.get_by_role("button", name="发布", exact=False).filter(has_not_text="未发布").count() == 0
            assert asked == {addresses["editor"].rstrip("/"), saving}
    assert repository.git("rev-parse", "main") == before
    (branch,) = (one for one in repository.git("branch", "--format=%(refname:short)").split() if one != "main")
    assert branch.startswith("cms/")
    assert repository.git("diff", "--name-only", f"main...{branch}").split() == [ITEM]
    tree = tree_at(repository.folder, branch)
    assert read(tree).findings(AS_OF) == []
    made = parse(ITEM, tree[ITEM])[0]
    assert made["intake"]["signed"] == [{"role": "registrar", "by": "registrar", "on": AS_OF}]
    assert (made["secrecy"], made["intake"]["sources"]) == ("非涉密", [{"type": "网民留言", "text": "路灯不亮。"}])
