"""Messages over a real mail and a real web server on loopback: taken, refused, tried again, and after kill -9."""

import datetime as dt
import email
import email.policy
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import sqlalchemy as sa

from analytics.alerts.channels import channels, wanted
from analytics.alerts.errors import DeliveryError
from analytics.alerts.keeping import JUDGING, keep
from analytics.alerts.mail import send_mail
from analytics.alerts.outbox import LEASE, MOST_TRIES, deliver, put
from analytics.alerts.run import run, try_channels
from analytics.alerts.tables import ALERTS, MESSAGES
from analytics.alerts.webhook import post, signature
from analytics.alerts.wording import Message, digest
from analytics.register import open_database
from analytics.settings import Settings, SettingsError, settings
from tests.analytics.alerts.conftest import PASSWORD, USER, Inbox, free_port, mail_server, seen
from tests.conftest import ROOT

ADDRESSES = {"mail_from": "tepat@kemensos.example", "mail_to": ("a@kemensos.example", "b@kemensos.example")}
MESSAGE = Message("k" * 32, "Tepat: 1 peringatan baru", "Isi surat: 24,4 % – ok\n", ())
SECRET = "kunci-webhook"  # noqa: S105 - of this test alone
NO_PATIENCE = dt.timedelta(0)


def to(port: int, **changes) -> Settings:
    return Settings(**{"smtp_host": "localhost", "smtp_port": port, "smtp_security": "none", **ADDRESSES, **changes})


def read(raw: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, dict(self.headers), body))
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def web_server(answer: int = 200):
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.answer, server.taken = answer, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_mail_is_taken_with_its_key_and_its_text_as_written():
    inbox = Inbox()
    with mail_server(inbox) as port:
        send_mail(to(port), MESSAGE)
    (mail,) = map(read, inbox.mails)
    assert mail["Message-ID"] == f"<{MESSAGE.key}@kemensos.example>"
    assert (mail["From"], mail["To"]) == ("tepat@kemensos.example", "a@kemensos.example, b@kemensos.example")
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == MESSAGE.text.splitlines()


def test_starttls_and_login_with_a_certificate_that_is_trusted(certificate):
    inbox = Inbox()
    with mail_server(inbox, certificate=certificate, login=True) as port:
        known = to(port, smtp_security="starttls", smtp_ca=certificate[0], smtp_user=USER, smtp_password=PASSWORD)
        send_mail(known, MESSAGE)
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"smtp_password": "wrong-word"}, "refuses the login"),
        ({"smtp_ca": None}, "certificate"),  # it signed itself
        ({"smtp_host": "127.0.0.1"}, "certificate"),  # of another name
        ({"smtp_user": ""}, "did not take"),  # it takes nothing without a login
    ],
)
def test_what_a_server_refuses_is_said_without_the_secret(certificate, changes, says):
    inbox = Inbox()
    known = {"smtp_security": "starttls", "smtp_ca": certificate[0], "smtp_user": USER, "smtp_password": PASSWORD}
    with (
        mail_server(inbox, certificate=certificate, login=True) as port,
        pytest.raises(DeliveryError, match=says) as refused,
    ):
        send_mail(to(port, **known | changes), MESSAGE)
    assert not inbox.mails
    assert PASSWORD not in str(refused.value)
    assert "wrong-word" not in str(refused.value)


def test_a_server_without_starttls_gets_nothing():
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(DeliveryError, match="does not offer"):
        send_mail(to(port, smtp_security="starttls"), MESSAGE)
    assert not inbox.mails


def test_no_server_is_said():
    with pytest.raises(DeliveryError, match="ConnectionRefusedError"):
        send_mail(to(free_port()), MESSAGE)


def test_a_post_is_signed_and_carries_its_key():
    alerts = ({"code": "late_objections", "value": 0.3},)
    with web_server() as server:
        url = f"http://127.0.0.1:{server.server_port}/hook?team=1"
        post(Settings(webhook_url=url, webhook_secret=SECRET), Message(MESSAGE.key, "s", "t", alerts))
    ((path, headers, body),) = server.taken
    expected = hmac.new(SECRET.encode(), headers["X-Tepat-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert path == "/hook?team=1"
    assert headers["X-Tepat-Signature"] == f"sha256={expected.hexdigest()}"
    assert signature("other", headers["X-Tepat-Timestamp"], body) != headers["X-Tepat-Signature"]
    assert headers["Idempotency-Key"] == MESSAGE.key
    assert json.loads(body) == {"key": MESSAGE.key, "subject": "s", "text": "t", "alerts": list(alerts)}


@pytest.mark.parametrize("answer", [302, 401, 500])
def test_what_is_not_taken_is_said_and_a_redirect_is_not_followed(answer):
    with web_server(answer) as server:
        url = f"http://127.0.0.1:{server.server_port}/hook"
        with pytest.raises(DeliveryError, match=str(answer)):
            post(Settings(webhook_url=url, webhook_secret=SECRET), MESSAGE)
    assert [path for path, _, _ in server.taken] == ["/hook"]


@pytest.mark.parametrize(
    "changes",
    [
        {"smtp_host": "mail.example.org", **ADDRESSES, "smtp_security": "none"},
        {"smtp_host": "mail.example.org"},
        {"mail_to": ("a@b.example",)},
        {"smtp_host": "localhost", **ADDRESSES, "mail_to": ("Siti <a@b.example>",)},
        {"smtp_host": "localhost", **ADDRESSES, "mail_from": "a@b.example\nBcc: c@d.example"},
        {"webhook_url": "http://hook.example.org/", "webhook_secret": SECRET},
        {"webhook_url": "http://127.0.0.1.example.org/", "webhook_secret": SECRET},
        {"webhook_url": "https://user:word@hook.example.org/", "webhook_secret": SECRET},
        {"webhook_url": "https:///hook", "webhook_secret": SECRET},
        {"webhook_url": "https://hook.example.org/"},
    ],
)
def test_settings_that_would_send_in_the_clear_or_nowhere_are_refused(changes):
    with pytest.raises(SettingsError):
        channels(Settings(**changes))
    assert wanted(Settings(**changes))


def test_a_secret_in_the_file_of_settings_is_refused_and_none_is_shown(tmp_path, monkeypatch):
    assert SECRET not in repr(Settings(webhook_secret=SECRET, smtp_password=SECRET))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tepat.toml").write_text('smtp_password = "s3cret-in-a-file"\n')
    with pytest.raises(SettingsError, match="TEPAT_SMTP_PASSWORD") as refused:
        settings()
    assert "s3cret-in-a-file" not in str(refused.value)


@pytest.fixture
def database(register_settings):
    with closing(open_database(register_settings)) as opened:
        yield opened


def alert_and_message(database, pilot, clock, value=0.3, area=""):
    """Keep an alert with its message, as a run does."""
    with database.writing(lock=JUDGING) as connection:
        changes = keep(connection, seen(value, area=area))
        said = digest(changes, pilot.manifest, names={"35.10.01": "Pesanggaran"}, language="id")
        put(connection, changes, dataset="pilot", channels=["email"], said=said, now=clock.now.replace(tzinfo=None))


def test_a_server_that_fails_for_a_while_gets_the_message_once_with_longer_pauses(database, pilot, clock):
    alert_and_message(database, pilot, clock)
    inbox, waits = Inbox(), []
    inbox.refuse = 3

    def sleep(seconds):
        waits.append(seconds)
        clock.sleep(seconds)

    with mail_server(inbox) as port:
        ways = channels(to(port))
        done = deliver(database, ways, patience=dt.timedelta(seconds=60), clock=clock, sleep=sleep)
        again = deliver(database, ways, patience=dt.timedelta(seconds=60), clock=clock, sleep=sleep)
    assert (done.sent, done.waiting, again.sent) == (1, 0, 0)
    assert waits == [2, 4, 8]
    assert len(inbox.mails) == 1


def test_a_message_that_nobody_takes_is_given_up_after_a_bounded_number_of_tries(database, pilot, clock):
    alert_and_message(database, pilot, clock)
    ways = channels(to(free_port()))
    short = deliver(database, ways, patience=NO_PATIENCE, clock=clock, sleep=clock.sleep)
    assert (short.sent, short.waiting, short.given_up) == (0, 1, 0)
    done = deliver(database, ways, patience=dt.timedelta(days=2), clock=clock, sleep=clock.sleep)
    assert (done.sent, done.waiting, done.given_up) == (0, 0, 1)
    (row,) = database.frame(sa.select(MESSAGES)).to_dict("records")
    assert row["tries"] == MOST_TRIES
    assert row["fault"] == "DeliveryError"


def test_a_message_is_tried_by_one_at_a_time(database, pilot, clock):
    alert_and_message(database, pilot, clock)
    taken = []

    def slow(message):
        taken.append(message.key)
        inner = deliver(database, {"email": slow}, patience=NO_PATIENCE, clock=clock, sleep=clock.sleep)
        assert inner.sent == 0

    assert deliver(database, {"email": slow}, patience=NO_PATIENCE, clock=clock, sleep=clock.sleep).sent == 1
    assert len(taken) == 1


def test_what_happens_after_the_server_took_it_repeats_the_same_key(database, pilot, clock):
    """Nobody can know whether a server took what it was being given when the sender died: the key tells."""
    alert_and_message(database, pilot, clock)
    inbox = Inbox()
    with mail_server(inbox) as port:
        ways = channels(to(port))

        def dies_after(message):
            ways["email"](message)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            deliver(database, {"email": dies_after}, patience=NO_PATIENCE, clock=clock, sleep=clock.sleep)
        assert deliver(database, ways, patience=NO_PATIENCE, clock=clock, sleep=clock.sleep).sent == 0
        clock.now += LEASE
        assert deliver(database, ways, patience=NO_PATIENCE, clock=clock, sleep=clock.sleep).sent == 1
    assert len({read(mail)["Message-ID"] for mail in inbox.mails}) == 1


def test_a_digest_says_all_of_one_publication_in_one_message_and_names_nobody(pilot, database, clock):
    alert_and_message(database, pilot, clock, value=0.3, area="35.10.01")
    (row,) = database.frame(sa.select(MESSAGES)).to_dict("records")
    text = row["body"]["text"]
    assert row["body"]["subject"].startswith("Tepat: 1 peringatan baru (peringatan)")
    for part in ("DATA SIMULASI", "Usul & sanggah lewat batas waktu · Pesanggaran", "30,0 %; ambang 20,0 %; n = 400",
                 "Ditjen Linjamsos, tim usul-sanggah"):  # fmt: skip
        assert part in text
    people = pilot.run(pilot.table("families").select("family_id").limit(500))["family_id"]
    assert not any(code in text for code in people)
    assert row["body"]["alerts"][0] | {"since": ""} == {
        "code": "late_objections", "severity": "warning", "area": "35.10.01", "programme": "", "value": 0.3,
        "low": None, "high": None, "n": 400, "threshold": 0.2, "excess": pytest.approx(1.5), "since": "",
    }  # fmt: skip


CHILD = """
from analytics.alerts.run import run
from analytics.settings import settings
run(settings())
"""


@pytest.fixture
def home(pilot_home, tmp_path):
    shutil.copytree(pilot_home / "warehouse", tmp_path / "home" / "warehouse")
    return tmp_path / "home"


def test_kill_9_between_keeping_and_sending_neither_loses_nor_doubles(home, clock):
    with socket.socket() as listener:  # takes the connection and never says a word
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        environment = os.environ | {
            "TEPAT_HOME": str(home), "TEPAT_SMTP_HOST": "localhost", "TEPAT_SMTP_SECURITY": "none",
            "TEPAT_SMTP_PORT": str(listener.getsockname()[1]), "TEPAT_MAIL_FROM": "t@kemensos.example",
            "TEPAT_MAIL_TO": '["a@kemensos.example"]', "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        with subprocess.Popen([sys.executable, "-c", CHILD], env=environment, cwd=ROOT) as child:
            listener.settimeout(120)
            with listener.accept()[0]:
                child.send_signal(signal.SIGKILL)
                child.wait()
    inbox = Inbox()
    with closing(open_database(Settings(home=home))) as database, mail_server(inbox) as port:
        opened = database.frame(sa.select(ALERTS))
        (waiting,) = database.frame(sa.select(MESSAGES)).to_dict("records")
        assert len(opened)
        assert waiting["sent_at"] is None
        known = to(port, home=home)
        clock.now = waiting["due_at"].replace(tzinfo=dt.UTC) - dt.timedelta(seconds=1)
        held = deliver(database, channels(known), patience=NO_PATIENCE, clock=clock, sleep=clock.sleep)
        assert (held.sent, held.waiting) == (0, 1)
        clock.now += dt.timedelta(seconds=1)
        ran = run(known, clock=clock, patience=NO_PATIENCE)
        assert (len(ran.changes.opened), ran.delivered.sent, ran.delivered.waiting) == (0, 1, 0)
        assert deliver(database, channels(known), patience=NO_PATIENCE, clock=clock, sleep=clock.sleep).sent == 0
    (mail,) = map(read, inbox.mails)
    assert mail["Message-ID"] == f"<{waiting['id']}@kemensos.example>"
    assert str(len(opened)) in mail["Subject"]


def test_settings_of_sending_that_cannot_be_used_lose_no_message(home, clock):
    with pytest.raises(SettingsError):
        run(Settings(home=home, mail_from="t@kemensos.example"), clock=clock)
    inbox = Inbox()
    with mail_server(inbox) as port, closing(open_database(Settings(home=home))) as database:
        done = deliver(database, channels(to(port)), patience=NO_PATIENCE, clock=clock, sleep=clock.sleep)
    assert done.sent == len(inbox.mails) == 1


def test_the_test_message_says_of_each_way_how_it_ended():
    inbox = Inbox()
    with mail_server(inbox) as port, web_server(500) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        ended = try_channels(to(port, webhook_url=url, webhook_secret=SECRET))
    assert ended["email"] == ""
    assert "127.0.0.1 answered 500" in ended["webhook"]
    assert read(inbox.mails[0])["Subject"] == "Tepat: pesan uji"
