"""What forges answer, decoded: GitHub's published examples, what Gitea and GitLab write, and anything whatever."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.forge import ForgeError, gitea_answers, github_answers, gitlab_answers
from duban.forge.answer import GHOST, REPOSITORY
from duban.forge.pull_document import numbers_of
from duban.forge.statuses import Standing, says, status
from duban.pull import REVIEW_STATES, Account, Pull, Push, Review
from forge_documents import (
    BASE,
    HEAD,
    MERGE,
    Document,
    gitea_event,
    gitea_pull,
    gitea_review,
    gitea_status,
    gitea_user,
    github_pull,
    github_pushes,
    github_reviews,
    github_status,
    github_user,
    github_viewer,
    gitlab_approvals,
    gitlab_event,
    gitlab_note,
    gitlab_pull,
    gitlab_reviewers,
    gitlab_status,
    gitlab_user,
    gitlab_versions,
)
from forge_server import data

REST = data("rest")
WEBHOOKS = data("webhooks")
OCTOCAT = Account(1, "octocat")


def person(number: int) -> Account:
    """Stands for looking an account up: even numbers are bots'."""
    return Account(number, f"user{number}", human=number % 2 == 1)


COMMITS = [{"author": github_user(5), "committer": github_user(19864447)}, {"author": None, "committer": {}}]
GITLAB_COMMITS = [{"id": HEAD, "author_email": "7-user7@users.noreply.gitlab.com", "committer_email": "a@county.gov"}]
HEADS = gitlab_answers.versions(gitlab_versions())
NOTES = [gitlab_note("approved this merge request"), gitlab_note("requested changes", author=gitlab_user(9))]

DECODERS: dict[str, tuple[Callable[[Any], Any], Document]] = {
    "github pull": (github_answers.pull, github_pull()),
    "github commits": (lambda document: github_answers.pull(github_pull(), document), COMMITS),
    "github reviews": (github_answers.reviews, github_reviews()),
    "github pushes": (github_answers.pushes, github_pushes()),
    "github standing": (github_answers.standing, [github_status()]),
    "github own number": (github_answers.own_number, github_viewer()),
    "numbers": (numbers_of, [github_pull()]),
    "numbers merged": (lambda document: numbers_of(document, MERGE), [github_pull()]),
    "gitea pull": (gitea_answers.pull, gitea_pull()),
    "gitea reviews": (gitea_answers.reviews, [gitea_review()]),
    "gitea pushes": (gitea_answers.pushes, [gitea_event(BASE, HEAD)]),
    "gitea push body": (
        lambda body: gitea_answers.pushes([gitea_event(body=json.dumps(body))]),
        {"commit_ids": [HEAD]},
    ),
    "gitea opening": (gitea_answers.opening, gitea_pull()),
    "gitea head": (lambda document: gitea_answers.head(document, "refs/x"), {"ref": "refs/x", "object": {"sha": HEAD}}),
    "gitea standing": (gitea_answers.standing, [gitea_status()]),
    "gitea own number": (gitea_answers.own_number, gitea_user()),
    "gitlab account": (gitlab_answers.account, {**gitlab_user(), "bot": False}),
    "gitlab pull": (lambda document: gitlab_answers.pull(document, person), gitlab_pull()),
    "gitlab fork": (gitlab_answers.fork, gitlab_pull()),
    "gitlab path": (gitlab_answers.path, {"path_with_namespace": "county/office/ledger"}),
    "gitlab addresses": (gitlab_answers.addresses, GITLAB_COMMITS),
    "gitlab numbers": (gitlab_answers.numbers, [gitlab_pull()]),
    "gitlab numbers merged": (lambda document: gitlab_answers.numbers(document, MERGE), [gitlab_pull()]),
    "gitlab users": (gitlab_answers.users, [gitlab_user()]),
    "gitlab approvals": (lambda document: gitlab_answers.reviews(document, NOTES, [], person), gitlab_approvals()),
    "gitlab notes": (lambda document: gitlab_answers.reviews(gitlab_approvals(), document, [], person), NOTES),
    "gitlab reviewers": (
        lambda document: gitlab_answers.reviews(gitlab_approvals(), NOTES, document, person),
        gitlab_reviewers(),
    ),
    "gitlab versions": (gitlab_answers.versions, gitlab_versions()),
    "gitlab pipeline": (gitlab_answers.pipeline, [{"id": 101}]),
    "gitlab standing": (lambda document: gitlab_answers.standing(document, 101), [gitlab_status()]),
    "gitlab own number": (gitlab_answers.own_number, gitlab_user()),
    "gitlab events": (
        lambda document: gitlab_answers.with_pushers(HEADS, document, "2019-0051", person),
        [gitlab_event()],
    ),
}
decoders = pytest.mark.parametrize("name", DECODERS)
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**63,
    2**200,
    0.5,
    float("nan"),
    "",
    "x",
    "../..",
    "\ud800",
    "0001-01-01T00:00:00+14:00",
]
ODD += [[], {}, [None], [[]], {"id": 1}, "9" * 5000, HEAD.upper(), HEAD + "\n"]
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from(ODD)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=6,
)


def places(document: Document, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a document."""
    yield path
    if isinstance(document, dict | list):
        for key in document if isinstance(document, dict) else range(len(document)):
            yield from places(document[key], (*path, key))


def changed(document: Document, path: tuple[Any, ...], value: Any, *, gone: bool = False) -> Document:
    """The document with another value at a place, or without it."""
    if not path:
        return value
    found = copy.deepcopy(document)
    part = found
    for key in path[:-1]:
        part = part[key]
    if gone:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return found


def assert_sound(found: Any) -> None:
    """A value is made of what it must be made of, whatever it was decoded from."""
    match found:
        case None:
            pass
        case tuple():
            for one in found:
                assert_sound(one)
        case Account():
            assert type(found.id) is int
            assert -(2**63) <= found.id < 2**63
            assert type(found.human) is bool
            found.login.encode()
        case Review():
            assert found.state in REVIEW_STATES
            assert found.commit == "" or is_commit(found.commit)
            assert is_instant(found.at)
            found.body.encode()
            assert_sound(found.account)
        case Push():
            assert is_commit(found.after)
            assert is_instant(found.at)
            assert_sound((found.account,) if found.account else ())
        case Pull():
            assert is_commit(found.head)
            assert found.merge == "" or is_commit(found.merge)
            assert found.merged_at == "" or is_instant(found.merged_at)
            assert REPOSITORY.fullmatch(found.repository)
            assert found.head_repository == "" or REPOSITORY.fullmatch(found.head_repository)
            assert type(found.number) is int
            f"{found.title}{found.base_ref}{found.head_ref}".encode()
            assert_sound((found.author, *found.authors, *([found.merged_by] if found.merged_by else [])))
        case _:
            assert type(found) in (int, str)


def is_commit(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", text) is not None


def is_instant(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text) is not None


def test_a_published_pull_request_of_github() -> None:
    found = github_answers.pull(REST["pull-request"], REST["commit-items"])
    assert found == Pull(
        number=1347,
        repository="octocat/Hello-World",
        base_ref="master",
        head_ref="new-topic",
        head_repository="octocat/Hello-World",
        head="6dcb09b5b57875f334f61aebed695e2e4193db5e",
        author=OCTOCAT,
        title="Amazing new feature",
        authors=(OCTOCAT,),
    )


def test_a_trial_merge_is_no_merge() -> None:
    assert REST["pull-request"]["merge_commit_sha"]
    assert REST["pull-request"]["merged"] is False
    found = github_answers.pull({**REST["pull-request"], "merged": True})
    assert (found.merge, found.merged_at) == ("e5bd3914e2e596debea16f433f57875b5b90bcd6", "2011-01-26T19:01:12.000Z")
    assert found.merged_by == OCTOCAT


def test_published_reviews_of_github() -> None:
    assert github_answers.reviews(REST["pull-request-review-items"]) == (
        Review(
            id=80,
            account=OCTOCAT,
            state="APPROVED",
            at="2019-11-17T17:43:43.000Z",
            commit="ecdd80bb57125d7ba9641ffaa4d7d2c19d3f3091",
            body="Here is the body for the review.",
        ),
    )


def test_published_reviews_of_githubs_webhooks() -> None:
    found = github_answers.reviews(WEBHOOKS["pull_request_review"])
    assert sorted(review.state for review in found) == ["COMMENTED", "COMMENTED", "COMMENTED", "DISMISSED"]
    assert {(review.account, review.body, review.at) for review in found} == {
        (Account(21031067, "Codertocat"), "", "2019-05-15T15:20:38.000Z")
    }


@pytest.mark.parametrize("state", REVIEW_STATES)
def test_states_are_known_in_capitals_and_small_letters(state: str) -> None:
    for spelling in (state, state.lower()):
        found = github_answers.reviews([{**WEBHOOKS["pull_request_review"][0], "state": spelling}])
        assert [review.state for review in found] == ([] if state == "PENDING" else [state])


@pytest.mark.parametrize(
    ("action", "is_open", "draft"),
    [
        ("opened", True, False),
        ("synchronize", True, False),
        ("converted_to_draft", True, True),
        ("closed", False, False),
    ],
)
def test_published_pull_requests_of_githubs_webhooks(action: str, is_open: bool, draft: bool) -> None:
    found = github_answers.pull(WEBHOOKS["pull_request"][action])
    assert (found.open, found.draft, found.merge) == (is_open, draft, "")
    assert (found.repository, found.author.login) == ("Codertocat/Hello-World", "Codertocat")


def test_githubs_example_of_an_activity_is_of_another_time() -> None:
    """It has pushed_at and pusher for timestamp and actor, against GitHub's own schema; the schema is what holds."""
    with pytest.raises(ForgeError, match=re.escape("pushes[0].activity_type is missing")):
        github_answers.pushes(REST["activity-items"])


def test_a_pull_request_is_told_alike_by_all_forges() -> None:
    found = github_answers.pull(github_pull())
    assert found == Pull(
        number=17,
        repository="county/ledger",
        base_ref="main",
        head_ref="2019-0051",
        head_repository="clerk/ledger",
        head=HEAD,
        author=Account(7, "user7"),
        title="2019-0051 立项",
        open=False,
        merge=MERGE,
        merged_at="2019-07-05T02:00:00.000Z",
        merged_by=Account(9, "user9"),
    )
    assert gitea_answers.pull(gitea_pull()) == found
    told = gitlab_answers.pull(gitlab_pull(), person, head_repository="clerk/ledger")
    assert told == replace(found, repository="county/office/ledger")


@pytest.mark.parametrize("decode", [github_answers.pull, gitea_answers.pull])
def test_an_open_pull_request_whose_fork_and_author_are_gone(decode: Callable[[Any], Pull]) -> None:
    document = {**github_pull(), "state": "open", "merged": False, "merged_at": None, "merge_commit_sha": None}
    document |= {"user": None, "merged_by": None, "draft": True, "head": {"ref": "x", "sha": HEAD, "repo": None}}
    found = decode(document)
    assert (found.head_repository, found.author, found.open, found.draft) == ("", GHOST, True, True)
    assert (found.merge, found.merged_at, found.merged_by) == ("", "", None)


def test_a_file_from_before_drafts_is_read() -> None:
    document = gitea_pull()
    del document["draft"]
    assert gitea_answers.pull(document).draft is False


def test_the_accounts_of_commits_each_once() -> None:
    commits = [{"author": github_user(5), "committer": github_user(6, "Bot")}, *COMMITS]
    assert github_answers.pull(github_pull(), commits).authors == (
        Account(5, "user5"),
        Account(6, "user6", human=False),
        Account(19864447, "user19864447"),
    )


@pytest.mark.parametrize(("kind", "human"), [("User", True), ("Bot", False), ("Organization", False), ("user", False)])
def test_only_a_user_is_human(kind: str, human: bool) -> None:
    assert github_answers.pull({**github_pull(), "user": github_user(7, kind)}).author.human is human
    assert gitea_answers.pull({**gitea_pull(), "user": {**gitea_user(), "type": kind}}).author.human is human


@pytest.mark.parametrize(("number", "human"), [(7, True), (0, False), (-1, False), (-2, False)])
def test_gitea_tells_no_bots_but_its_own(number: int, human: bool) -> None:
    """Ghost is -1 and actions -2 in Forgejo's models/user/user_system.go; Gitea tells a type since its #38966."""
    assert gitea_answers.reviews([gitea_review(user=gitea_user(number))])[0].account.human is human


def test_a_review_of_nobody_breaks_no_other() -> None:
    rows = [{**github_reviews()[0], "user": None, "id": 1}, github_reviews()[0]]
    assert [review.account for review in github_answers.reviews(rows)] == [GHOST, Account(7, "user7")]
    rows = [gitea_review(user=None, id=1), gitea_review()]
    assert [review.account for review in gitea_answers.reviews(rows)] == [GHOST, Account(7, "user7")]


def test_reviews_come_in_order_of_time() -> None:
    rows = [{**github_reviews()[0], "id": 3, "submitted_at": f"2019-07-05T0{hour}:00:00Z"} for hour in (3, 1, 2)]
    assert [review.at[11:13] for review in github_answers.reviews(rows)] == ["01", "02", "03"]


def test_a_review_without_commit_or_text() -> None:
    row = {**github_reviews()[0], "commit_id": None, "body": None}
    found = github_answers.reviews([row])[0]
    assert (found.commit, found.body, found.at) == ("", "", "2019-07-05T01:30:00.000Z")
    assert gitea_answers.reviews([gitea_review(commit_id="", body="")])[0].commit == ""


def test_only_pushes_are_pushes() -> None:
    kinds = ["push", "force_push", "branch_creation", "branch_deletion", "pr_merge", "merge_queue_merge"]
    rows = [
        {**github_pushes()[0], "activity_type": kind, "timestamp": f"2019-07-05T0{9 - index}:00:00Z"}
        for index, kind in enumerate(kinds)
    ]
    assert [push.at[11:13] for push in github_answers.pushes(rows)] == ["07", "08", "09"]
    rows[0]["actor"] = None
    assert github_answers.pushes(rows)[-1].account is None


def test_pushes_to_another_ref_are_left_out() -> None:
    assert github_answers.pushes(github_pushes(), "refs/heads/2019-0051")
    assert github_answers.pushes(github_pushes(), "refs/heads/main") == ()


@pytest.mark.parametrize(
    ("state", "meant"),
    [
        ("APPROVED", ["APPROVED"]),
        ("REQUEST_CHANGES", ["CHANGES_REQUESTED"]),
        ("COMMENT", ["COMMENTED"]),
        ("PENDING", []),
        ("REQUEST_REVIEW", []),
        ("", []),
    ],
)
def test_the_states_of_gitea(state: str, meant: list[str]) -> None:
    # ReviewStateType in Forgejo's modules/structs/pull_review.go.
    assert [review.state for review in gitea_answers.reviews([gitea_review(state=state)])] == meant
    dismissed = gitea_answers.reviews([gitea_review(state=state, dismissed=True)])
    assert [review.state for review in dismissed] == ["DISMISSED"] * len(meant)


def test_a_review_asked_of_a_team_has_no_user() -> None:
    assert gitea_answers.reviews([gitea_review(state="REQUEST_REVIEW", user=None, team={"id": 1})]) == ()


def test_a_push_to_gitea_ends_at_its_last_commit() -> None:
    events = [
        gitea_event(HEAD, MERGE, forced=True, created_at="2019-07-05T03:00:00Z", user=gitea_user(9)),
        gitea_event(BASE, HEAD, created_at="2019-07-05T01:00:00Z"),
        gitea_event(created_at="2019-07-05T02:00:00Z"),
        {**gitea_event(HEAD), "type": "comment", "body": "not JSON"},
        {**gitea_event(HEAD), "user": None, "created_at": "2019-07-05T04:00:00Z"},
    ]
    assert gitea_answers.pushes(events) == (
        Push(HEAD, "2019-07-05T01:00:00.000Z", Account(7, "user7")),
        Push(MERGE, "2019-07-05T03:00:00.000Z", Account(9, "user9")),
        Push(HEAD, "2019-07-05T04:00:00.000Z"),
    )
    assert gitea_answers.pushes(None) == ()
    assert gitea_answers.opening(gitea_pull()) == Push(HEAD, "2019-07-05T00:00:00.000Z", Account(7, "user7"))


def test_a_push_that_is_no_json_is_named() -> None:
    with pytest.raises(ForgeError, match=re.escape("timeline[1].body is not JSON")):
        gitea_answers.pushes([gitea_event(HEAD), gitea_event(body="{")])


def test_gitea_answers_one_ref_or_all_that_begin_so() -> None:
    def one(ref: str) -> Document:
        return {"ref": ref, "object": {"type": "commit", "sha": HEAD}}

    assert gitea_answers.head(one("refs/pull/1/head"), "refs/pull/1/head") == HEAD
    assert gitea_answers.head([one("refs/pull/1/head2"), one("refs/pull/1/head")], "refs/pull/1/head") == HEAD
    assert gitea_answers.head([one("refs/pull/1/head2")], "refs/pull/1/head") == ""


@pytest.mark.parametrize("bot", [True, False])
def test_gitlab_tells_bots(bot: bool) -> None:
    assert gitlab_answers.account({**gitlab_user(), "bot": bot}) == Account(7, "user7", human=not bot)


@pytest.mark.parametrize(
    ("source", "number", "repository"), [(3, 0, "county/office/ledger"), (2, 2, ""), (None, 0, "")]
)
def test_where_a_merge_request_comes_from(source: int | None, number: int, repository: str) -> None:
    document = {**gitlab_pull(), "source_project_id": source}
    assert gitlab_answers.fork(document) == number
    assert gitlab_answers.pull(document, person).head_repository == repository


def test_an_open_merge_request_of_an_older_gitlab() -> None:
    document = {**gitlab_pull(), "state": "opened", "merged_at": None, "merge_commit_sha": None, "merge_user": None}
    del document["draft"]
    found = gitlab_answers.pull({**document, "work_in_progress": True, "merged_by": None, "author": None}, person)
    assert (found.open, found.draft, found.author, found.merge, found.merged_at) == (True, True, GHOST, "", "")
    older = gitlab_answers.pull({**gitlab_pull(), "merge_user": None, "merged_by": gitlab_user(9)}, person)
    assert older.merged_by == person(9)


def test_only_a_merged_merge_request_has_a_merge_commit() -> None:
    assert gitlab_answers.pull({**gitlab_pull(), "state": "opened"}, person).merge == ""


@pytest.mark.parametrize("full", ["county/office/ledger!18", "!17", "../ledger!17"])
def test_a_merge_request_says_which_project_it_is_in(full: str) -> None:
    with pytest.raises(ForgeError, match=r"pull\.references\.full is not a repository"):
        gitlab_answers.pull({**gitlab_pull(), "references": {"full": full}}, person)


def test_a_merge_without_a_merge_commit() -> None:
    found = gitlab_answers.pull({**gitlab_pull(), "merge_commit_sha": None}, person)
    assert (found.merge, found.merged_at) == ("", "2019-07-05T02:00:00.000Z")


def test_the_addresses_of_gitlabs_commits() -> None:
    commits = [*GITLAB_COMMITS, {"author_email": "a@county.gov", "committer_email": None}]
    found = gitlab_answers.addresses(commits)
    assert found == ("7-user7@users.noreply.gitlab.com", "a@county.gov")
    assert [gitlab_answers.number_in(address) for address in found] == [7, 0]


@pytest.mark.parametrize(
    "address", ["x7-u@users.noreply.h", "7-u@noreply.h", "7u@users.noreply.h", "7-a b@users.noreply.h"]
)
def test_other_addresses_hold_no_number(address: str) -> None:
    assert gitlab_answers.number_in(address) == 0


def test_gitlab_says_when_it_was_approved() -> None:
    found = gitlab_answers.reviews(gitlab_approvals(), NOTES, [], person)
    assert found == (Review(302, person(7), "APPROVED", "2019-07-05T01:30:00.000Z"),)
    assert gitlab_answers.reviews(gitlab_approvals(), [], [], person)[0].id == 7


def test_an_older_gitlab_says_it_in_a_note() -> None:
    approvals = {"approved_by": [{"user": gitlab_user()}, {"user": None}]}
    notes = [
        gitlab_note("approved this merge request", "2019-07-05T03:00:00Z", id=3),
        gitlab_note("unapproved this merge request", "2019-07-05T02:00:00Z", id=2),
        gitlab_note("approved this merge request", "2019-07-05T01:00:00Z", id=1),
        gitlab_note("approved this merge request", "2019-07-05T04:00:00Z", id=4, author=gitlab_user(9)),
        gitlab_note("approved this merge request", "2019-07-05T05:00:00Z", id=5, system=False),
        gitlab_note("approved this merge request", "2019-07-05T06:00:00Z", id=6, author=None),
    ]
    for order in (notes, notes[::-1]):
        found = gitlab_answers.reviews(approvals, order, [], person)
        written = "approved this merge request"
        assert found == (Review(3, person(7), "APPROVED", "2019-07-05T03:00:00.000Z", body=written),)


def test_what_an_approver_wrote_on_gitlab_stands_for_the_text_of_the_approval() -> None:
    """A signing code is pasted in a note; what others wrote, or the server itself, is none of theirs."""
    notes = [
        gitlab_note("签批 " + "3fa9" * 8, system=False),
        gitlab_note("同意。", system=False),
        gitlab_note("签批 " + "0" * 32, system=False, author=gitlab_user(9)),
        gitlab_note("签批 " + "1" * 32),
    ]
    (found,) = gitlab_answers.reviews(gitlab_approvals(), notes, [], person)
    assert found.body == "签批 " + "3fa9" * 8 + "\n同意。"


def test_an_approval_of_no_time_is_an_error() -> None:
    approvals = {"approved_by": [{"user": gitlab_user()}]}
    written_by_hand = [gitlab_note("approved this merge request", system=False)]
    with pytest.raises(ForgeError, match=re.escape("approvals.approved_by[0].approved_at is missing")):
        gitlab_answers.reviews(approvals, written_by_hand, [], person)


def test_who_wants_changes_on_gitlab() -> None:
    found = gitlab_answers.reviews({"approved_by": []}, NOTES, gitlab_reviewers(), person)
    assert found == (Review(302, person(9), "CHANGES_REQUESTED", "2019-07-05T01:30:00.123Z"),)
    found = gitlab_answers.reviews({"approved_by": []}, [], gitlab_reviewers(), person)
    assert found == (Review(9, person(9), "CHANGES_REQUESTED", "2019-07-05T08:00:00.000Z"),)


def test_versions_are_pushes_by_whoever_pushed_that_head() -> None:
    assert list(HEADS) == [Push(BASE, "2019-07-04T01:00:00.000Z"), Push(HEAD, "2019-07-05T01:00:00.000Z")]
    assert gitlab_answers.versions([{"head_commit_sha": None}]) == ()
    events = [
        gitlab_event(7),
        gitlab_event(9),
        gitlab_event(7),
        gitlab_event(11, ref="main"),
        gitlab_event(13, ref_type="tag"),
        gitlab_event(15, commit_to=None),
        {"action_name": "opened"},
    ]
    assert gitlab_answers.with_pushers(HEADS, events, "2019-0051", person) == (
        HEADS[0],
        replace(HEADS[1], account=person(7)),
        replace(HEADS[1], account=person(9)),
    )


SAID = Standing("pending", "还差：局长", 41)


def test_a_status_is_told_alike_by_all_forges() -> None:
    assert github_answers.standing([github_status()]) == SAID
    assert gitea_answers.standing([gitea_status()]) == SAID
    assert gitlab_answers.standing([gitlab_status()], 101) == SAID
    blank = {"description": None, "creator": None, "author": None}
    assert github_answers.standing([github_status(**blank)]) == Standing("pending", "", 0)
    assert gitea_answers.standing([gitea_status(**blank)]) == Standing("pending", "", 0)
    assert gitlab_answers.standing([gitlab_status(**blank)], 101) == Standing("pending", "", 0)


def test_a_published_status_of_github() -> None:
    assert github_answers.standing(REST["status-items"]) is None
    published = {**REST["status-items"][0], "context": "duban/sign-off"}
    assert github_answers.standing([published]) == Standing("success", "Build has completed successfully", 1)


def test_a_status_under_another_name_is_none_of_ours() -> None:
    other, another = "duban/sign-off2", "Duban/Sign-off"
    assert github_answers.standing([github_status(context=other), github_status(context=another)]) is None
    assert gitea_answers.standing([gitea_status(context=other), gitea_status(context=another)]) is None
    assert gitlab_answers.standing([gitlab_status(name=other), gitlab_status(name=another)], 101) is None


def test_the_first_that_github_tells_is_the_newest() -> None:
    rows = [github_status(context="ci"), github_status(id=3, state="failure"), github_status(id=9)]
    assert github_answers.standing(rows) == SAID._replace(state="failure")


@pytest.mark.parametrize("order", [1, -1])
def test_the_last_number_is_the_newest_elsewhere(order: int) -> None:
    numbers = [9, 10, 2][::order]
    rows = [gitea_status(id=number, status="failure" if number == 10 else "pending") for number in numbers]
    assert gitea_answers.standing(rows) == SAID._replace(state="failure")
    rows = [gitlab_status(id=number, status="failed" if number == 10 else "pending") for number in numbers]
    assert gitlab_answers.standing(rows, 101) == SAID._replace(state="failed")


def test_only_one_pipeline_of_gitlab_counts() -> None:
    rows = [gitlab_status(id=99, pipeline_id=100, status="failed"), gitlab_status()]
    assert gitlab_answers.standing(rows, 101) == SAID
    assert gitlab_answers.standing(rows, 102) is None
    older = gitlab_status()
    del older["pipeline_id"]
    assert gitlab_answers.standing([older], 101) is None
    assert gitlab_answers.pipeline([{"id": 101}, {"id": 103}, {"id": 102}]) == 103
    assert gitlab_answers.pipeline([]) == 0
    assert gitlab_answers.standing([gitlab_status(pipeline_id=None)], 0) is None


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["success", "pending", "failure"]))
def test_what_was_posted_says_itself(words: str, others: str, state: Any) -> None:
    fields = status(state, words, "https://ci.example.com/1")
    standing = Standing(fields["state"], fields["description"], 41)
    assert says(standing, status(state, words), lambda: 41)
    assert says(standing, fields, lambda: 0)
    assert not says(standing, fields, lambda: 42)
    assert not says(standing._replace(state="error"), fields, lambda: 41)
    assert not says(None, fields, lambda: 0)
    assert says(standing, status(state, others), lambda: 41) == (status(state, others) == status(state, words))


@pytest.mark.parametrize(("row", "told"), [(github_pull(), numbers_of), (gitlab_pull(), gitlab_answers.numbers)])
def test_pull_requests_that_a_commit_merged(row: Document, told: Callable[..., tuple[int, ...]]) -> None:
    others = [
        {**row, "number": 18, "iid": 18, "merge_commit_sha": HEAD},
        {**row, "number": 19, "iid": 19, "merged_at": None, "state": "open"},
        {**row, "number": 20, "iid": 20, "merge_commit_sha": None},
    ]
    assert told([*others, row], MERGE) == (17,)
    assert told([*others, row]) == (17, 18, 19, 20)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("number",), "17", "pull.number is not a whole number but a text"),
        (("number",), True, "pull.number is not a whole number but true or false"),
        (("number",), 17.0, "pull.number is not a whole number but a number"),
        (("number",), 2**63, "pull.number is not a whole number but a number"),
        (("number",), None, "pull.number is missing"),
        (("head",), "x", "pull.head is not an object but a text"),
        (("head", "sha"), "abc", "pull.head.sha is not a full commit id but a text"),
        (("head", "sha"), HEAD + "\n", "pull.head.sha is not a full commit id but a text"),
        (("head", "repo", "full_name"), "../../admin", "pull.head.repo.full_name is not a repository's owner/name"),
        (("head", "repo", "full_name"), "a/..", "pull.head.repo.full_name is not a repository's owner/name"),
        (("head", "repo", "full_name"), "a/b?c", "pull.head.repo.full_name is not a repository's owner/name"),
        (("user", "id"), [1], "pull.user.id is not a whole number but a list"),
        (("user", "type"), None, "pull.user.type is missing"),
        (("merged",), "yes", "pull.merged is not true or false but a text"),
        (("merged_at",), "2019-07-05", "pull.merged_at is not an instant with offset but a text"),
        (("merged_at",), "2019-07-05T00:00:00", "pull.merged_at is not an instant with offset but a text"),
        (("title",), "\ud800", "pull.title is not a text"),
        (("title",), {}, "pull.title is not a text but an object"),
    ],
)
def test_what_is_wrong_is_named_and_not_quoted(path: tuple[str, ...], value: Any, message: str) -> None:
    with pytest.raises(ForgeError) as caught:
        github_answers.pull(changed(github_pull(), path, value))
    assert str(caught.value).startswith(message)


def test_a_member_of_a_list_is_named_by_its_place() -> None:
    rows = [github_reviews()[0], {**github_reviews()[0], "state": "STAMPED"}]
    with pytest.raises(ForgeError, match=re.escape("reviews[1].state is not one of APPROVED, approved, ")):
        github_answers.reviews(rows)
    for decode in (github_answers.reviews, github_answers.pushes):
        with pytest.raises(ForgeError, match="is not a list but an object"):
            decode({"message": "Not Found"})


@decoders
def test_every_document_here_decodes(name: str) -> None:
    decode, document = DECODERS[name]
    assert_sound(decode(document))


@decoders
def test_a_document_with_one_thing_wrong_decodes_or_is_an_error(name: str) -> None:
    decode, document = DECODERS[name]
    for path in places(document):
        for value in ODD:
            assert_decodes_or_is_an_error(decode, changed(document, path, value))
        if path:
            assert_decodes_or_is_an_error(decode, changed(document, path, None, gone=True))


@decoders
@given(document=JSON)
def test_anything_whatever_decodes_or_is_an_error(name: str, document: Any) -> None:
    assert_decodes_or_is_an_error(DECODERS[name][0], document)


def assert_decodes_or_is_an_error(decode: Callable[[Any], Any], document: Any) -> None:
    try:
        found = decode(document)
    except ForgeError:
        return
    assert_sound(found)
