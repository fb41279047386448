"""Messages: to a server of ours on this machine, to one that is not there, masked everywhere, tried again."""

from __future__ import annotations

import logging
import re
import socket
import threading
from pathlib import Path

import pytest

from cxdata import alert_records, sending
from cxdata.errors import CxError
from cxdata.sending import Message, addresses, labels, masked, send
from tests.conftest import SECRET

# --- addresses ----------------------------------------------------------------------------------------------


def test_what_is_given_comes_before_the_environment_and_that_before_what_is_kept(monkeypatch):
    assert addresses((), ("json://kept",)) == ("json://kept",)
    monkeypatch.setenv("CX_SEND_TO", "json://one\njson://two  json://one")
    assert addresses((), ("json://kept",)) == ("json://one", "json://two")
    assert addresses(("json://given",), ("json://kept",)) == ("json://given",)


def test_addresses_may_stand_in_a_file(tmp_path, monkeypatch):
    (tmp_path / "to").write_text("# the team\njson://one\n\n  json://two  \n")
    monkeypatch.setenv("CX_SEND_TO", f"file:{tmp_path}/to")
    assert addresses() == ("json://one", "json://two")
    assert addresses([f"file://{tmp_path}/to", "json://three"]) == ("json://one", "json://two", "json://three")
    with pytest.raises(CxError, match=r"addresses in .*/gone cannot be read: No such file"):
        addresses([f"file:{tmp_path}/gone"])
    assert addresses((), ()) == addresses([], [])


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"mailtos://me:{SECRET}@mail.example.org?from=a@b.nl&to=team@b.nl", "mailtos://me:****@mail.example.org/team@b.nl"),
        (f"json://me:{SECRET}@host:81/{SECRET}?+X-Token={SECRET}", "json://me:****@host:81"),
        (f"form://host/{SECRET}", "form://host"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#care", "slack://T…2/A…D/T…Q/#care"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack://T…2/A…D/T…Q"),
        (
            f"https://prod.logic.azure.com:443/workflows/{'6a' * 16}/triggers/manual/paths/invoke?api-version=2016-06-01"
            f"&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={SECRET}{SECRET}",
            "workflow://prod.logic.azure.com:443/6…a/g…d",
        ),
        (f"nonsense://me:{SECRET}@host", "nonsense://…"),
        (SECRET, "…"),
    ],
)  # fmt: skip
def test_an_address_is_said_masked(address, shown):
    assert masked(address) == shown


def test_addresses_that_look_the_same_are_numbered():
    assert labels(["json://a:b@host", "json://a:c@host", "json://other"]) == [
        "json://a:****@host", "json://a:****@host (2)", "json://other",
    ]  # fmt: skip


def test_what_is_no_address_is_a_masked_sentence():
    sending.check("json://host")
    with pytest.raises(CxError, match=r"nonsense://… is no address .* docs/sending.md") as said:
        sending.check(f"nonsense://me:{SECRET}@host")
    assert SECRET not in str(said.value)


def test_the_addresses_in_the_documentation_are_some():
    text = (Path(__file__).parent.parent / "docs" / "sending.md").read_text(encoding="utf-8")
    found = [line.split("`")[1] for line in text.splitlines() if re.match(r"\|.*`(mailto|json)s?://", line)]
    assert len(found) == 5
    for address in found:
        sending.check(address)


def test_addresses_are_kept_and_one_that_goes_leaves_nothing(tmp_path):
    from cxdata.store import Store

    with Store(tmp_path / "cx.duckdb") as made:
        alert_records.save_send_to(made, ["json://one", f"json://me:{SECRET}@host"])
        before = made.settings()
        assert alert_records.send_to(made) == ("json://one", f"json://me:{SECRET}@host")
        alert_records.save_send_to(made, ["json://one"])
        assert (alert_records.send_to(made), made.settings()) == (("json://one",), before)
        assert SECRET not in str(made.query("select * from settings").to_pylist())
        alert_records.save_send_to(made, [])
        assert alert_records.send_to(made) == ()


# --- sending ------------------------------------------------------------------------------------------------


def test_a_message_with_its_file_arrives(inbox, tmp_path):
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    (one,) = send(Message("Hello", "How are you?", tmp_path / "report.pdf"), [inbox.address])
    assert (one.delivered, one.attempts, one.reason) == (True, 1, None)
    (message,) = inbox.messages
    assert (message["title"], message["message"]) == ("Hello", "How are you?")
    assert message["attachments"][0]["filename"] == "report.pdf"


def test_what_fails_is_tried_again_after_longer_and_longer(inbox):
    slept: list[float] = []
    inbox.statuses = [503, 500]
    (one,) = send(Message("Hello", "."), [inbox.address], pauses=(1, 5), sleep=slept.append)
    assert (one.delivered, one.attempts, slept, inbox.titles) == (True, 3, [1, 5], ["Hello"])


def test_one_that_cannot_be_reached_keeps_nobody_waiting(inbox, nowhere, caplog, capfd):
    slept: list[float] = []
    caplog.set_level(logging.DEBUG)
    found = send(Message("Hello", "."), [nowhere, inbox.address, "nonsense://x"], pauses=(1, 5), sleep=slept.append)
    assert [(one.delivered, one.attempts) for one in found] == [(False, 3), (True, 1), (False, 1)]
    assert slept == [1, 5]
    assert "It could not be reached" in str(found[0].reason)
    assert "Check the server and the port" in str(found[0].reason)
    assert "no address" in str(found[2].reason)
    assert SECRET not in f"{found} {[str(one.reason) for one in found]} {caplog.text} {capfd.readouterr()}"


def test_a_refusal_says_so(inbox):
    inbox.statuses = [401]
    (one,) = send(Message("Hello", "."), [inbox.address], pauses=())
    assert "It did not take the message" in str(one.reason)
    assert "error=401" in str(one.reason)


def test_where_a_file_cannot_go_the_text_goes_alone(inbox, tmp_path, monkeypatch):
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "attachment_support", False)
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    (one,) = send(Message("Hello", ".", tmp_path / "report.pdf"), [inbox.address])
    assert one.delivered
    assert "without its file" in str(one.reason)


def test_mail_goes_out_whole(tmp_path):
    """To a server that speaks SMTP: sender, recipient, subject, text and file."""
    got: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_take_one_mail, args=(server, got), daemon=True)
        thread.start()
        (tmp_path / "report.pdf").write_bytes(b"%PDF")
        address = f"mailto://127.0.0.1:{server.getsockname()[1]}?from=us@example.org&to=team@example.org&mode=insecure"
        (one,) = send(Message("Week 43", "Better.", tmp_path / "report.pdf"), [address], pauses=())
        thread.join(5)
    assert one.delivered, one.reason
    text = "".join(got)
    assert "RCPT TO:<team@example.org>" in text.replace("rcpt TO", "RCPT TO")
    assert "Subject: Week 43" in text
    assert 'filename="report.pdf"' in text


def _take_one_mail(server: socket.socket, got: list[str]) -> None:
    connection, _peer = server.accept()
    with connection, connection.makefile("rw", newline="\r\n") as talk:

        def answer(text: str) -> None:
            talk.write(f"{text}\r\n")
            talk.flush()

        answer("220 here")
        in_data = False
        for line in talk:
            got.append(line)
            if in_data:
                if line.rstrip() == ".":
                    in_data = False
                    answer("250 taken")
            elif line[:4].upper() == "DATA":
                in_data = True
                answer("354 go on")
            elif line[:4].upper() == "QUIT":
                answer("221 bye")
                return
            else:
                answer("250 fine")
