"""The settings: what is wrong is said with variable, value and what would be right (docs/contract.md, Settings)."""

import json
import os
import subprocess
import sys
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import cli
from activities.setting_names import SETTING_NAMES
from portal.app import create_app
from settings import PREFIX, Digest, Notice, Settings, checked, explain, misspelt, shown_settings
from states.chart.second_opinion import NAMES
from states.kinds.registry import KINDS
from tests.strong import ANNA, OTTO
from worker import create_worker

ROOT = Path(__file__).resolve().parents[2]


def refused(monkeypatch: Any, name: str, given: str) -> str:
    """The one line that is said of a wrong value."""
    monkeypatch.setenv(PREFIX + name, given)
    with pytest.raises(ValidationError) as error:
        Settings()
    (line,) = explain(error.value)
    assert line.startswith(f"{PREFIX}{name}: ")
    return line


@pytest.mark.parametrize("name", ["ABANDON_AFTER", "REMIND_EVERY", "RECHECK_BEFORE", "REPAIR_AFTER", "MAX_EVENT_AGE",
                                  "APPLY_WINDOW"])  # fmt: skip
@pytest.mark.parametrize("given", ["30", "7 days", "7 days, 00:00:00", "01:00:00", "P30", "P", "PT", "P7X", "soon"])
def test_a_duration_is_written_as_in_iso_8601(monkeypatch, name, given):
    line = refused(monkeypatch, name, given)
    assert repr(given) in line and "P30D" in line and "ISO 8601" in line and "Input should" not in line


@pytest.mark.parametrize(("given", "meant"), [
    ("P30D", timedelta(days=30)), ("P2W", timedelta(weeks=2)), ("PT1H", timedelta(hours=1)),
    ("P1DT12H", timedelta(days=1, hours=12)), ("PT0.5S", timedelta(seconds=0.5)), ("+P1D", timedelta(days=1)),
])  # fmt: skip
def test_an_iso_8601_duration_is_taken(monkeypatch, given, meant):
    monkeypatch.setenv(PREFIX + "REMIND_EVERY", given)
    assert Settings().remind_every == meant


@pytest.mark.parametrize(("name", "given", "said"), [
    ("REMIND_EVERY", "PT0S", "longer than nothing"), ("ABANDON_AFTER", "-P1D", "longer than nothing"),
    ("APPLY_WINDOW", "-PT1M", "not be negative"),
])  # fmt: skip
def test_a_duration_lies_ahead(monkeypatch, name, given, said):
    assert said in refused(monkeypatch, name, given)


@pytest.mark.parametrize("given", ["foo", "mail.example", "smtp:", "smtp://", "http://mail.example", "smtp://h:port",
                                   "smtp://u:verysecret@h:x"])  # fmt: skip
def test_a_mail_server_is_an_address_of_smtp(monkeypatch, given):
    line = refused(monkeypatch, "SMTP_URL", given)
    assert "smtp://user:password@host:port" in line and "smtps://" in line and "verysecret" not in line


@pytest.mark.parametrize("given", ["smtp://mail.example", "smtps://u:p@mail.example:465", "smtp://[::1]:2525"])
def test_an_address_of_smtp_is_taken(monkeypatch, given):
    monkeypatch.setenv(PREFIX + "SMTP_URL", given)
    found = Settings().smtp_url
    assert found is not None and found.get_secret_value() == given


@pytest.mark.parametrize(("given", "shown", "said"), [
    ("mysql://u:geheim@h/db", "mysql://u:***@h/db", "begins neither with postgresql:// nor"),
    ("postgres://u:geheim@h/db", "postgres://u:***@h/db", "begins neither with postgresql:// nor"),
    ("u:geheim@h/db", "***@h/db", "begins neither with postgresql:// nor"),
    ("postgresql://u:geheim@h", "postgresql://u:***@h", "not as in an address"),
    ("postgresql://u:geheim@h/", "postgresql://u:***@h/", "names no database"),
    ("postgresql://u:geheim@h:none/db", "postgresql://u:***@h:none/db", "not as in an address"),
    ("postgresql://u:geheim@h:70000/db", "postgresql://u:***@h:70000/db", "not as in an address"),
    ("postgresql://u:ge@heim@h/db", "postgresql://u:***@h/db", "with %40 for @"),
    ("postgresql://u:ge/heim@h/db", "postgresql://u:***@h/db", "not as in an address"),
    ("postgresql://h/?password=geheim", "postgresql://h/?password=***", "names no database"),
    ("sqlite:///", "sqlite:///", "names no file"), ("sqlite:///:memory:", "sqlite:///:memory:", "names no file"),
    ("sqlite://x.db", "sqlite://x.db", "begins neither with postgresql:// nor with sqlite:///"),
])  # fmt: skip
def test_a_wrong_database_is_shown_with_its_password_masked_and_with_what_would_be_right(
    monkeypatch, given, shown, said
):
    line = refused(monkeypatch, "DATABASE_URL", given)
    assert repr(shown) in line and said in line and "heim" not in line
    assert "write postgresql://user:password@host:5432/name" in line and "sqlite:///folder/file.db" in line


@pytest.mark.parametrize("given", [
    "sqlite:///x.db", "sqlite:////var/x.db", "postgresql://h/db", "postgresql://u@h/db", "postgresql:///db?host=/tmp",
    "postgresql://u:p%40ss@[::1]:5432/db?sslmode=require", "postgresql://u:@/db?host=/tmp", "postgresql://u:a:b@h:5/db",
])  # fmt: skip
def test_an_address_of_a_database_is_taken(monkeypatch, given):
    monkeypatch.setenv(PREFIX + "DATABASE_URL", given)
    assert Settings().database_url == given


@pytest.mark.parametrize(("name", "given", "said"), [
    ("PUBLIC_URL", "cancellations.example", "like https://cancellations.example"),
    ("PUBLIC_URL", "ftp://cancellations.example", "like https://cancellations.example"),
    ("TEMPORAL_UI_URL", "http://", "like https://cancellations.example"),
    ("TEMPORAL_UI_URL", "http://h:x", "like https://cancellations.example"),
    ("MAIL_FROM", "shop", "like kuendigung@shop.example"), ("MAIL_FROM", "@shop", "like kuendigung@shop.example"),
    ("OPERATOR_MAIL", "a@", "like kuendigung@shop.example"), ("OPERATOR_MAIL", "a b@c", "like kuendigung@shop.example"),
    ("OPERATOR_TOKENS", "anna", "name:value"), ("OPERATOR_TOKENS", "anna:", "name:value"),
    ("OPERATOR_TOKENS", "anna:geheim,otto:geheim", "have the same token"),
    ("OPERATOR_TOKENS", "anna:geheim,anna:geheim", "have the same token"),
    ("OPERATOR_GRADES", "anna", "name=value"), ("OPERATOR_GRADES", "anna=all", "one of read, decide, admin"),
    ("OPERATOR_GRADES", "anna=read", "names nobody 'anna': the names are none"),
    ("OIDC_ISSUER", "http://id.example", "by https"), ("OIDC_ISSUER", "https://id.example/?a=1", "without ? and #"),
    ("OIDC_ISSUER", "id.example", "like https://cancellations.example"),
    ("OIDC_GRADES", "ops", "group=grade"), ("OIDC_GRADES", "ops=", "group=grade"), ("OIDC_GRADES", "ops=all", "is one"),
    ("OIDC_GRADES", "ops=read,ops=admin", "stands there twice"), ("OIDC_SCOPES", "profile", "openid among them"),
    ("OIDC_GROUPS_CLAIM", "my groups", "like groups"), ("OIDC_NAME_CLAIM", "näme", "like groups"),
    ("PORTAL_TOKENS", "shop:geheim,app:geheim", "have the same token"),
    ("SESSION_SECRET", "ge heim", "without blanks"), ("SESSION_SECRET", "geheim", "too weak"),
    ("RECEIPT_KEY", "rk_short", "token new --receipt-key"), ("RECEIPT_KEY", "rk_" + "ä" * 43, "--receipt-key"),
    ("RECEIPT_KEY", ",", "--receipt-key"),
    ("RETURN_ORIGINS", "konto.shop.example", "like https://konto.shop.example"),
    ("RETURN_ORIGINS", "https://konto.shop.example/path", "without a path"),
    ("RETURN_ORIGINS", "https://shop@konto.shop.example", "like https://konto.shop.example"),
    ("RETURN_ORIGINS", "https://a.example,javascript:alert(1)", "like https://konto.shop.example"),
    ("RETURN_ORIGINS", "https://*.shop.example", "like https://konto.shop.example"),
    ("RETURN_ORIGINS", "null", "like https://konto.shop.example"),
    ("OPERATOR_TOKENS", "anna:ge heim", "without blanks"), ("OPERATOR_TOKENS", "anna:géheim", "without blanks"),
    ("CUSTOMER_CENTRE_MODES", "hosting=guided,hosting=automatic", "a name stands there twice"),
    ("HOSTS", "https://k.example", "without scheme and port"), ("HOSTS", "k.example:8080", "without scheme and port"),
    ("HOSTS", "*", "without scheme and port"), ("HOSTS", "fd00::5", "like k.example, 10.0.0.5 or [fd00::5]"),
    ("PROXIES", "proxy", "an address or a network"), ("PROXIES", "*", "an address or a network"),
    ("PROXIES", "10.0.0.5/24", "an address or a network"), ("PROXIES", "10.0.0.5,0.0.0.0/0", "an address or a network"),
    ("OPERATOR_MAIL", "a@b.example,c", "like kuendigung@shop.example"), ("MAIL_REPLY_TO", "c", "like kuendigung@shop"),
    ("BRAND_NAME", "a\nb", "in one line"), ("BRAND_NAME", " ", "in one line"), ("BRAND_NAME", "x" * 61, "60"),
    ("BRAND_COLOUR", "red", "like 164a7c"), ("BRAND_COLOUR", "#12345", "like 164a7c"),
    ("BRAND_LOGO", "/nowhere/logo.png", "No such file"), ("BRAND_LOGO", str(ROOT), "cannot be read"),
    ("BRAND_LOGO", __file__, "name an SVG, PNG or JPEG file"), ("MAIL_CLOSING", "a\u202eb", "write lines of text"),
    ("CUSTOMER_URL", "https://k.example/", "with {workflow_id} in it"),
    ("CUSTOMER_URL", "https://k.example{workflow_id}", "with {workflow_id} in it"),
    ("CUSTOMER_URL", "javascript:{workflow_id}", "with {workflow_id} in it"),
    ("CUSTOMER_URL", "https://k.example/{workflow_id}/{workflow_id}", "with {workflow_id} in it"),
    ("OPERATOR_URL", "https://k.example/{run_id}", "with {workflow_id} in it"),
])  # fmt: skip
def test_what_can_never_be_used_is_refused_with_what_would_be_right(monkeypatch, name, given, said):
    line = refused(monkeypatch, name, given)
    assert said in line and "heim" not in line


def test_an_operator_and_a_portal_do_not_share_a_token(monkeypatch):
    monkeypatch.setenv(f"{PREFIX}OPERATOR_TOKENS", f"anna:{ANNA},anna:{OTTO}")
    line = refused(monkeypatch, "PORTAL_TOKENS", f"shop:{OTTO}")
    assert line.startswith(f"{PREFIX}PORTAL_TOKENS: (not shown) is not usable: an operator has this token too")
    assert OTTO not in line


def test_a_grade_is_for_somebody_who_has_a_token(monkeypatch):
    monkeypatch.setenv(f"{PREFIX}OPERATOR_TOKENS", f"anna:{ANNA},otto:{OTTO}")
    line = refused(monkeypatch, "OPERATOR_GRADES", "anna=read,oto=read")
    assert "names nobody 'oto': did you mean otto? the names are anna, otto" in line
    monkeypatch.setenv(f"{PREFIX}OPERATOR_GRADES", "anna=read")
    settings = Settings()
    assert (settings.grade_of("anna"), settings.grade_of("otto")) == ("read", "admin")


PROVIDER = {
    "OIDC_ISSUER": "https://id.example/", "OIDC_CLIENT_ID": "desk", "OIDC_CLIENT_SECRET": "geheim",
    "OIDC_GRADES": "cn=ops=decide, leads=admin",
}  # fmt: skip


@pytest.mark.parametrize("missing", PROVIDER)
def test_a_provider_of_identities_is_set_whole_or_not_at_all(monkeypatch, missing):
    assert checked(Settings(), SETTING_NAMES)
    for name, given in PROVIDER.items():
        monkeypatch.setenv(PREFIX + name, given)
    settings = checked(Settings(), SETTING_NAMES)
    assert settings.oidc_issuer == "https://id.example/" and settings.guarded
    assert settings.oidc_grades == {"cn=ops": "decide", "leads": "admin"}
    monkeypatch.delenv(PREFIX + missing)
    with pytest.raises(ValidationError) as error:
        checked(Settings(), SETTING_NAMES)
    (line,) = explain(error.value)
    assert line.startswith(f"{PREFIX}{missing}: ") and "go together" in line and "geheim" not in line


def test_several_tokens_of_one_name_and_origins_as_browsers_write_them_are_taken(monkeypatch):
    monkeypatch.setenv(f"{PREFIX}PORTAL_TOKENS", f"shop:{ANNA}, shop:{OTTO}")
    monkeypatch.setenv(
        f"{PREFIX}RETURN_ORIGINS", "https://Konto.Shop.example/, http://[::1]:8080,https://käufer.example:443"
    )
    settings = Settings()
    assert [token.get_secret_value() for token in settings.portal_tokens["shop"]] == [ANNA, OTTO]
    assert settings.return_origins == (
        "https://konto.shop.example", "http://[::1]:8080", "https://xn--kufer-gra.example",
    )  # fmt: skip


@pytest.mark.parametrize(("name", "given"), [
    ("PUBLIC_URL", "https://k.example/path"), ("PUBLIC_URL", "http://[::1]:8080"),
    ("HOSTS", "k.example, [fd00::5],10.0.0.5"), ("PROXIES", "10.0.0.5, 10.0.0.0/24,fd00::/64"),
    ("MAIL_FROM", "Kündigung <k@shop.example>"), ("OPERATOR_MAIL", "operators@localhost"),
    ("OPERATOR_TOKENS", f"anna:{ANNA}=,otto:{OTTO}:b"),
    ("OPERATOR_MAIL", "a@b.example, Otto <o@b.example>"), ("MAIL_REPLY_TO", "Hilfe <h@b.example>"),
    ("BRAND_COLOUR", "FFaa00"), ("BRAND_COLOUR", "#ffaa00"), ("BRAND_LOGO", str(ROOT / "docs/images/run.png")),
    ("CUSTOMER_URL", "https://k.example/cases?id={workflow_id}&x=1"),
    ("OPERATOR_URL", "http://127.0.0.1:9/{workflow_id}"),
])  # fmt: skip
def test_what_can_be_used_is_taken(monkeypatch, name, given):
    monkeypatch.setenv(PREFIX + name, given)
    assert Settings()


# Kinds.

UNKNOWN = (
    "CANCELLATIONS_CUSTOMER_CENTRE_MODES: 'hostin=guided' is not usable: did you mean hosting? the kinds are edition,"
)


def test_an_unknown_kind_is_refused_with_the_one_that_was_probably_meant():
    given = Settings(customer_centre_modes={"hostin": "guided", "hosting": "guided", "xyz": "automatic"})
    with pytest.raises(ValidationError) as error:
        checked(given, SETTING_NAMES)
    hostin, xyz = explain(error.value)
    assert hostin.startswith(UNKNOWN) and hostin.endswith("misclick")
    assert "'xyz=automatic' is not usable: the kinds are edition," in xyz


def test_kinds_that_there_are_may_be_named():
    given = Settings(customer_centre_modes=dict.fromkeys(KINDS, "guided"))
    assert checked(given, SETTING_NAMES) is given


def test_a_decision_that_no_task_has_is_refused_with_the_one_that_was_probably_meant(monkeypatch):
    monkeypatch.setenv(PREFIX + "SECOND_OPINION", " repair:skip, revocation:grantet ,repair:skip")
    given = Settings()
    assert given.second_opinion == ("repair:skip", "revocation:grantet")
    with pytest.raises(ValidationError) as error:
        checked(given, SETTING_NAMES)
    (line,) = explain(error.value)
    assert "SECOND_OPINION: 'revocation:grantet' is not usable: did you mean revocation:granted?" in line


def test_decisions_that_there_are_may_be_named():
    given = Settings(second_opinion=NAMES)
    assert checked(given, SETTING_NAMES) is given


@pytest.mark.parametrize("make", [create_worker, create_app])
def test_nothing_is_put_together_with_an_unknown_kind(make, tmp_path):
    client: Any = Client
    with pytest.raises(ValidationError):
        make(client, Settings(state_dir=tmp_path, customer_centre_modes={"hostin": "guided"}))
    assert list(tmp_path.iterdir()) == []


class Client:
    """A client of Temporal that nothing is asked of."""

    @staticmethod
    def config() -> dict[str, Any]:
        return {}


PROGRAMS = [["worker.py"], ["-m", "embedded"], ["-m", "embedded.example_player"]]


def ended(program: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """A program that has ended by itself."""
    command = [sys.executable, *program]
    given = os.environ | environment
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("program", PROGRAMS, ids=" ".join)
def test_a_program_with_an_unknown_kind_ends_with_2_and_one_line(program, tmp_path):
    done = ended(program, CANCELLATIONS_CUSTOMER_CENTRE_MODES="hostin=guided", CANCELLATIONS_STATE_DIR=str(tmp_path))
    assert done.returncode == 2 and done.stderr.startswith(UNKNOWN) and done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["list"], ["portal"], ["compare"], ["catalogue"], ["customers", "show", "K-1"]])
def test_a_command_with_an_unknown_kind_ends_with_2_and_one_line(command, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CANCELLATIONS_CUSTOMER_CENTRE_MODES", "hostin=guided")
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    assert cli.code_of(command) == 2
    err = capsys.readouterr().err
    assert err.startswith(UNKNOWN) and err.count("\n") == 1


# Misspelt names.

WARNED = "CANCELLATIONS_PORTL_PORT is not a setting and has no effect: did you mean CANCELLATIONS_PORTAL_PORT?\n"


@pytest.mark.parametrize(("name", "said"), [
    ("CANCELLATIONS_PORTL_PORT", "did you mean CANCELLATIONS_PORTAL_PORT?"),
    ("CANCELLATIONS_WEBHOOK_SECRETS", "did you mean CANCELLATIONS_WEBHOOK_SECRET?"),
    ("CANCELLATIONS_NIGHTLY", "README.md lists the settings"),
])  # fmt: skip
def test_a_misspelt_name_is_told_with_the_closest_known_one(name, said):
    given = ["PATH", "CANCELLATIONS_STATE_DIR", "cancellations_task_queue", name, "TEMPORAL_ADRESS"]
    assert misspelt(given) == [f"{name} is not a setting and has no effect: {said}"]


def test_every_setting_is_a_known_name():
    assert misspelt(PREFIX + field.upper() for field in Settings.model_fields) == []


@pytest.mark.parametrize("program", PROGRAMS, ids=" ".join)
def test_a_program_tells_of_a_misspelt_name_before_it_starts(program, tmp_path):
    wrong = {"CANCELLATIONS_PORTL_PORT": "1", "CANCELLATIONS_PORTAL_PORT": "0"}
    done = ended(program, CANCELLATIONS_STATE_DIR=str(tmp_path), **wrong)
    warning, fault = done.stderr.splitlines(keepends=True)
    assert warning == WARNED and fault.startswith("CANCELLATIONS_PORTAL_PORT: '0'") and done.returncode == 2


@pytest.mark.parametrize(("command", "code"), [(["diagram", "voucher", "--json"], 0), (["portal"], 1)])
def test_a_command_tells_of_a_misspelt_name_and_ends_as_it_would(command, code, capsys, monkeypatch):
    monkeypatch.setenv("CANCELLATIONS_PORTL_PORT", "1")
    monkeypatch.setenv("CANCELLATIONS_PORTAL_HOST", "0.0.0.0")
    assert cli.code_of(command) == code
    out, err = capsys.readouterr()
    assert err.startswith(WARNED) and (code or (err == WARNED and json.loads(out)["kind"] == "voucher"))


# Types of task.


@pytest.mark.parametrize(("given", "said"), [
    ("repair=4", "repair: write an ISO 8601 duration"), ("repair=P1M", "like P2D (two days)"), ("repair", "give pairs"),
    ("repair=P1D,repair=P2D", "twice"), ("repair=P0D", "ISO 8601"),
])  # fmt: skip
def test_within_which_time_a_task_is_due_is_written_so(monkeypatch, given, said):
    assert said in refused(monkeypatch, "TASK_DUE", given)


def test_a_type_of_task_that_there_is_not_is_refused_with_the_one_that_was_probably_meant():
    with pytest.raises(ValidationError) as error:
        checked(Settings(task_due={"repairs": "PT4H", "clarify": "P2D"}), SETTING_NAMES)
    (line,) = explain(error.value)
    assert line.startswith(
        "CANCELLATIONS_TASK_DUE: 'repairs=PT4H' is not usable: did you mean repair? the types of task are perform,"
    )


# Notices.


@pytest.mark.parametrize(("name", "given", "said"), [
    ("NOTICE", "repair", "give pairs"), ("NOTICE", "repair=soon", "repair: write at_once, digest, none"),
    ("NOTICE", "repair=at_once:nobody", "an address of mail is like"), ("NOTICE", "*=none,*=digest", "twice"),
    ("NOTICE_DIGEST_AT", "8", "write times of day like 08:00"), ("NOTICE_DIGEST_AT", "25:00", "daily 08:00"),
    ("NOTICE_DIGEST_AT", "weekly 08:00", "daily 08:00"), ("NOTICE_WEBHOOK_URL", "n.example", "an address of the web"),
    ("OPERATOR_LANGUAGE", "fr", "'de' or 'en'"),
])  # fmt: skip
def test_how_operators_are_told_is_written_so(monkeypatch, name, given, said):
    assert said in refused(monkeypatch, name, given)


def test_how_operators_are_told_is_read(monkeypatch):
    monkeypatch.setenv(PREFIX + "NOTICE", "repair=at_once:r@s.example;B <b@s.example>, *=digest")
    monkeypatch.setenv(PREFIX + "NOTICE_DIGEST_AT", "daily 13:00, 08:00")
    settings = Settings()
    assert settings.notice == {
        "repair": Notice("at_once", ("r@s.example", "B <b@s.example>")),
        "*": Notice("digest"),
    }
    assert settings.notice_digest_at == Digest((time(8), time(13)), daily=True)
    shown = {setting.name: setting.value for setting in shown_settings(settings)}
    assert shown[PREFIX + "NOTICE"] == "repair=at_once:r@s.example;B <b@s.example>, *=digest"
    assert shown[PREFIX + "NOTICE_DIGEST_AT"] == "daily 08:00,13:00"


@pytest.mark.parametrize(("name", "value"), [
    ("NOTICE_WEBHOOK_URL", "https://n.example"), ("NOTICE_WEBHOOK_SECRET", "whsec_" + "c2VjcmV0" * 4),
])  # fmt: skip
def test_a_webhook_has_an_address_and_a_secret(monkeypatch, name, value):
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(ValidationError) as error:
        Settings()
    (line,) = explain(error.value)
    assert "belong together" in line and value not in line


def test_a_notice_names_a_type_that_there_is():
    with pytest.raises(ValidationError) as error:
        checked(Settings(notice={"*": Notice("none"), "clarifi": Notice("none")}), SETTING_NAMES)
    assert "did you mean clarify?" in explain(error.value)[0]
