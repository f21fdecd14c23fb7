"""The command line: which portal it talks with, by whose token, how a refusal reads (docs/contract.md, Commands)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from console.connection import Connection, connection, profiles_file
from console.options import as_options, in_options, options_of
from console.refusals import Misuse, PortalRefusal, refusal
from tests.strong import ANNA, OTTO

ROOT = Path(__file__).resolve().parents[2]
PROFILES = f'''
[live]
url = "https://cancellations.example/"
token = "{ANNA}"

[open]
url = "http://127.0.0.1:8080"

[wrong]
adress = "https://cancellations.example"

[empty]
token = "{ANNA}"
'''


@pytest.fixture
def home(tmp_path):
    """An environment whose profiles nobody else may read."""
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    path = profiles_file(environment)
    path.parent.mkdir()
    path.write_text(PROFILES, encoding="utf-8")
    path.chmod(0o600)
    return environment


def test_without_an_address_it_is_the_portal_in_this_process(home):
    assert connection(None, None, home) == Connection()
    assert connection(None, None, home | {"CANCELLATIONS_TOKEN": ANNA}) == Connection()


def test_the_option_goes_before_the_variable_and_that_before_the_profile(home):
    variables = home | {"CANCELLATIONS_PROFILE": "live", "CANCELLATIONS_URL": "https://two.example"}
    assert connection("https://one.example/", None, variables).url == "https://one.example"
    assert connection(None, None, variables).url == "https://two.example"
    assert connection(None, None, home | {"CANCELLATIONS_PROFILE": "live"}) == connection(None, "live", home)
    assert connection(None, "live", home) == Connection("https://cancellations.example", ANNA)
    assert connection(None, "open", variables).url == "https://two.example"
    assert connection(None, "open", home) == Connection("http://127.0.0.1:8080")


def test_the_token_of_the_environment_goes_before_that_of_a_profile(home):
    assert connection(None, "live", home | {"CANCELLATIONS_TOKEN": OTTO}).token == OTTO


@pytest.mark.parametrize("token", ["t\u00f6ken", "two words", "a\nb", "\x00"])
def test_a_token_that_cannot_be_sent_is_not_repeated(home, token):
    with pytest.raises(Misuse) as error:
        connection("https://c.example", None, home | {"CANCELLATIONS_TOKEN": token})
    assert "CANCELLATIONS_TOKEN" in str(error.value) and token not in str(error.value)
    assert connection("https://c.example", None, home | {"CANCELLATIONS_TOKEN": f" {ANNA}\n"}).token == ANNA
    assert connection("https://c.example", None, home | {"CANCELLATIONS_TOKEN": " "}).token is None


def test_the_token_of_a_profile_is_told_to_its_own_address_alone(home):
    assert connection("https://elsewhere.example", "live", home).token is None


@pytest.mark.parametrize(("profile", "said"), [
    ("live2", "'live', 'open', 'wrong', 'empty'"), ("wrong", "adress is not one of url, token"),
    ("empty", "url is missing"),
])  # fmt: skip
def test_a_profile_that_is_none_names_the_file_and_what_is_wrong(home, profile, said):
    with pytest.raises(Misuse) as error:
        connection(None, profile, home)
    assert said in str(error.value) and "profiles.toml" in str(error.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_profile_that_others_may_read_is_not_used(home, mode):
    profiles_file(home).chmod(mode)
    with pytest.raises(Misuse, match="chmod 600"):
        connection(None, "live", home)
    assert connection(None, None, home) == Connection()


def test_a_profile_without_a_file_says_where_it_would_stand(tmp_path):
    with pytest.raises(Misuse, match=r"cancellations/profiles\.toml is not there"):
        connection(None, "live", {"XDG_CONFIG_HOME": str(tmp_path)})


@pytest.mark.parametrize("url", ["cancellations.example", "ftp://c.example", "https://", "https://c.example?a=b",
                                 f"https://anna:{ANNA}@c.example"])  # fmt: skip
def test_an_address_is_one_of_the_web_and_holds_no_secret(home, url):
    with pytest.raises(Misuse, match=r"https://cancellations\.example"):
        connection(url, None, home)


@pytest.mark.parametrize(("url", "sent"), [
    ("http://portal.example", False), ("http://10.0.0.1:8080", False), ("https://portal.example", True),
    ("http://127.0.0.1:8080", True), ("http://localhost:8080", True), ("http://[::1]:8080", True),
])  # fmt: skip
def test_a_token_leaves_the_machine_over_https_alone(home, url, sent):
    variables = home | {"CANCELLATIONS_TOKEN": ANNA}
    assert connection(url, None, home).url == url
    if sent:
        assert connection(url, None, variables).token == ANNA
    else:
        with pytest.raises(Misuse, match="https alone"):
            connection(url, None, variables)


@pytest.mark.parametrize("command", [["customers", "show", "K-1"], ["customers", "load", "x"], ["compare"], ["portal"]])
def test_what_works_on_the_database_is_not_done_to_another_one(capsys, command):
    assert cli.code_of(["--url", "https://cancellations.example", *command]) == 2
    assert "works on the database of its own machine" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["customers"], ["customers", "load"], ["compare"], ["portal"]])
def test_what_works_on_the_database_is_explained_all_the_same(capsys, command):
    assert cli.code_of(["--url", "https://cancellations.example", *command, "-h"]) == 0
    assert "Usage: cancellations" in capsys.readouterr().out


@pytest.mark.parametrize(("more", "said"), [([], "--by"), (["--by", "Anna", "--unclaimed"], "--unclaimed")])
def test_mine_is_somebodys_and_nobody_elses(capsys, more, said):
    """Whose, a token or an option says; what nobody has is nobody's."""
    assert cli.code_of(["--url", "http://127.0.0.1:1", "tasks", "--mine", *more]) == 2
    assert said in capsys.readouterr().err


def test_where_nobody_answers_a_line_names_the_address(capsys):
    assert cli.code_of(["--url", "http://127.0.0.1:1", "list"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("unavailable: no portal answers at http://127.0.0.1:1") and err.count("\n") == 1


@pytest.mark.parametrize(("arguments", "exit_code", "code"), [
    (["--url", "http://127.0.0.1:1", "list", "--json"], 1, "unavailable"),
    (["list", "--limit", "0", "--json"], 2, "usage"),
    (["event", "requested", "--json"], 2, "usage"), (["catalogue", "1999-01-01", "--json"], 1, "refused"),
    (["diagram", "nonsense", "--json"], 2, "usage"), (["show", "\udcff", "--json"], 2, "usage"),
])  # fmt: skip
def test_with_json_a_fault_is_json_as_well(capsys, arguments, exit_code, code):
    assert cli.code_of(arguments) == exit_code
    out, err = capsys.readouterr()
    document = json.loads(err)
    assert (out, document["code"], document["exit_code"]) == ("", code, exit_code)
    assert document["detail"] and "\n" not in document["detail"]


def test_a_wrong_setting_is_json_as_well(capsys, monkeypatch):
    monkeypatch.setenv("CANCELLATIONS_PORTAL_PORT", "ninety")
    assert cli.code_of(["list", "--json"]) == 2
    assert "CANCELLATIONS_PORTAL_PORT: 'ninety'" in json.loads(capsys.readouterr().err)["detail"]


@pytest.mark.parametrize(("said", "reads"), [
    ("say in `proof.reference` what proves it", "say in --reference what proves it"),
    ("wrong: by: is missing; at: is no day; at last: no", "wrong: --by: is missing; --at: is no day; at last: no"),
    ("by Anna, at noon; note that `subject` stays", "by Anna, at noon; note that `subject` stays"),
    ("`confirm.at` is no day; `reject.note` is missing", "--at is no day; --note is missing"),
    ("send it with `\"confirm_anyway\": true` and `note`", "send it with --confirm-anyway and --note"),
])  # fmt: skip
def test_fields_are_called_as_the_options_that_fill_them(said, reads):
    assert as_options(said) == reads


def test_parameters_of_a_list_are_called_as_their_options_and_nothing_else_is():
    said = "wrong: waiting_for: 'x' is not known; state: order; note: n"
    options = options_of(["waiting_for", "limit"])
    assert as_options(said, options) == "wrong: --waiting-for: 'x' is not known; state: order; note: n"
    assert as_options(said, {}) == said


def test_confirm_anyway_a_code_stays_what_it_is_where_fields_become_options():
    asked_back = {"code": "confirm_anyway", "detail": 'Send `"confirm_anyway": true` and `note`.'}
    with pytest.raises(PortalRefusal) as refused, in_options():
        raise refusal(asked_back)
    assert str(refused.value) == "confirm_anyway: Send --confirm-anyway and --note."
    assert refused.value.problem["code"] == "confirm_anyway"


@pytest.mark.parametrize(("arguments", "code"), [
    (["--by", "Anna"], 2), (["--by", "ANNA"], 2), ([], 2), (["--by", "anna"], 1),
])  # fmt: skip
def test_in_this_process_who_decides_is_one_of_the_operators(capsys, monkeypatch, tmp_path, arguments, code):
    """1: the name is taken, and the next thing is missing, which is Temporal."""
    monkeypatch.setenv("CANCELLATIONS_OPERATOR_TOKENS", f"anna:{ANNA},otto:{OTTO}")
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    assert cli.code_of(["confirm", "t-1", *arguments]) == code
    err = capsys.readouterr().err
    assert "anna, otto" in err if code == 2 else "127.0.0.1:1" in err


@pytest.mark.parametrize(("command", "code", "said"), [
    (["freeze", "begin", "--reason", "x", "--by", "otto"], 1, "forbidden: otto may decide, and this needs admin"),
    (["freeze", "release", "--note", "x", "--by", "otto"], 1, "forbidden"),
    (["freeze", "begin", "--reason", "x", "--by", "nobody"], 2, "anna, berta, otto"),
    (["confirm", "t-1", "--by", "berta"], 1, "forbidden: berta may read, and this needs decide"),
    (["bulk", "reject", "--type", "clarify", "--by", "berta", "--note", "n"], 1, "forbidden"),
    (["confirm", "t-1", "--by", "otto"], 1, "127.0.0.1:1"), (["tasks", "--mine", "--by", "berta"], 1, "127.0.0.1:1"),
])  # fmt: skip
def test_in_this_process_an_operators_grade_counts_too(capsys, monkeypatch, tmp_path, command, code, said):
    """127.0.0.1:1: the name is taken, and the next thing is missing, which is Temporal."""
    monkeypatch.setenv("CANCELLATIONS_OPERATOR_TOKENS", f"anna:{ANNA},otto:{OTTO},berta:{OTTO[::-1]}")
    monkeypatch.setenv("CANCELLATIONS_OPERATOR_GRADES", "otto=decide,berta=read")
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    assert cli.code_of(command) == code
    out, err = capsys.readouterr()
    assert out == "" and said in err and err.count("\n") == 1


def test_a_freeze_begins_and_ends_in_this_process_while_temporal_does_not_answer(capsys, monkeypatch, tmp_path):
    """What freezes is the database: whoever must stop everything waits for nothing else."""
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    begin = ["freeze", "begin", "--reason", "wrong prices", "--by", "Anna", "--json"]
    assert cli.code_of(begin) == 0
    began = json.loads(capsys.readouterr().out)
    assert (began["frozen"], began["freeze"]["by"], began["freeze"]["reason"]) == (True, "Anna", "wrong prices")
    assert cli.code_of(begin) == 1
    assert json.loads(capsys.readouterr().err)["code"] == "frozen"
    assert cli.code_of(["freeze", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["freeze"] == began["freeze"]
    release = ["freeze", "release", "--note", "right again", "--by", "Otto"]
    assert cli.code_of(release) == 0
    assert "right again" in capsys.readouterr().out
    assert cli.code_of(release) == 1
    out, err = capsys.readouterr()
    assert (out, err.partition(":")[0], err.count("\n")) == ("", "not_frozen", 1)


@pytest.mark.parametrize(("option", "value"), [
    ("--until", "2020-01-01T00:00:00Z"), ("--until", "soon"), ("--reason", " "),
])  # fmt: skip
def test_what_is_wrong_with_a_freeze_is_said_in_the_options_name(capsys, monkeypatch, tmp_path, option, value):
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert cli.code_of(["freeze", "begin", "--reason", "x", "--by", "A", option, value]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("malformed: ") and option in err
    assert cli.code_of(["freeze", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["log"] == []


@pytest.mark.parametrize("argument", ["-h", "--help", "--version"])
def test_what_a_person_tries_first_is_answered(capsys, argument):
    assert cli.code_of([argument]) == 0
    out, err = capsys.readouterr()
    assert err == "" and ("cancellations 0." if argument == "--version" else "Usage: cancellations") in out


@pytest.mark.parametrize("command", [["tasks"], ["customers"], ["customers", "load"], ["token", "new"], ["freeze"]])
def test_every_command_explains_itself_by_a_letter(capsys, command):
    assert cli.code_of([*command, "-h"]) == 0
    assert "Usage: cancellations" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_their_words(shell):
    """The script is what `--install-completion` puts into the shell's configuration."""
    variables = {"_CANCELLATIONS_COMPLETE": f"source_{shell}", "PATH": ""}
    program = [sys.executable, "-c", "import cli; cli.main()"]
    script = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, env=variables)
    assert "cancellations" in script.stdout and "_CANCELLATIONS_COMPLETE" in script.stdout
    typed = {name: "cancellations ta" for name in ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")}
    asked = {"_CANCELLATIONS_COMPLETE": f"complete_{shell}", "COMP_CWORD": "1", "PATH": "", **typed}
    asked["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    answered = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, env=asked)
    assert "tasks" in answered.stdout and "verify" not in answered.stdout


def test_over_http_neither_settings_nor_charts_are_loaded():
    """What takes long in this process is not needed to ask another one."""
    asked = (
        "import cli, sys; cli.code_of(['--url', 'http://127.0.0.1:1', 'tasks']); print(*sorted(sys.modules), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert "httpx" in loaded
    assert not loaded & {"fastapi", "sqlalchemy", "temporalio", "statemachine", "pydantic_settings", "structlog"}


def test_a_name_that_is_nobodys_is_said_in_a_readable_line(capsys, monkeypatch):
    """However long it is, and whatever it would do to a terminal."""
    monkeypatch.setenv("CANCELLATIONS_OPERATOR_TOKENS", f"anna:{ANNA}")
    for name in ("x" * 2000, "a\x1b[31mb\u202ec"):
        assert cli.code_of(["confirm", "t-1", "--by", name]) == 2
        said = capsys.readouterr().err.removesuffix("\n")
        assert "operators are anna" in said and len(said) < 200 and said.isprintable()
