"""`init`, `load`, `add-person`, `mechanism`: an installation begins empty, with keys of its own, and loses none."""

import re
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitoring import app as composition
from monitoring.accounts.models import Mechanism, Person
from monitoring.audit.models import AuditRow
from monitoring.core.config import read_settings
from monitoring.core.crypto import read_keyring
from monitoring.core.db import Base
from tests.cli.conftest import Shell

pytestmark = pytest.mark.xdist_group("cli")
ADD = ("add-person", "admin@example.org", "Admin (invented)", "--country", "KZ")


def _content(shell: Shell) -> dict[str, list[str]]:
    with shell.database().reading() as reading:
        return {table.name: sorted(map(repr, reading.execute(table.select()))) for table in Base.metadata.sorted_tables}


def test_init_makes_keys_that_only_the_owner_reads_and_tells_their_place(shell: Shell) -> None:
    told = shell.run("init")
    keyring = shell.home / "keys" / "keyring.json"
    assert told.code == 0
    assert str(keyring) in told.said
    assert "Keep a copy" in told.said
    assert read_keyring(keyring)
    for path in shell.home.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE(shell.home.stat().st_mode) & 0o077 == 0


def test_a_fresh_installation_has_no_account_at_all(installation: Shell) -> None:
    with installation.database().reading() as reading:
        assert reading.scalar(select(func.count()).select_from(Person)) == 0
    assert installation.run("demo", "--logins").code == 2


def test_init_again_keeps_keys_and_content(staffed: Shell) -> None:
    keys, content = (staffed.home / "keys" / "keyring.json").read_bytes(), _content(staffed)
    told = staffed.run("init")
    assert told.code == 0
    assert "Keys made" not in told.said
    assert ((staffed.home / "keys" / "keyring.json").read_bytes(), _content(staffed)) == (keys, content)


def test_load_twice_changes_nothing(installation: Shell) -> None:
    before = _content(installation)
    told = installation.run("load")
    assert told.code == 0
    assert "0 new, 0 changed" in told.said
    assert _content(installation) == before
    assert any(before.values())


def test_lost_keys_are_not_replaced_by_new_ones(staffed: Shell) -> None:
    (staffed.home / "keys" / "keyring.json").unlink()
    told = staffed.run("init")
    assert told.code == 2
    assert "Put the saved keyring back" in told.said
    assert not (staffed.home / "keys" / "keyring.json").exists()


def test_keys_may_lie_apart_from_everything_else(shell: Shell, tmp_path: Path) -> None:
    shell.settings["MONITORING_KEYS"] = str(tmp_path / "safe")
    assert shell.run("init").code == 0
    assert (tmp_path / "safe" / "keyring.json").exists()
    assert not (shell.home / "keys").exists()


def test_an_installation_never_becomes_a_demonstration(installation: Shell) -> None:
    before = _content(installation)
    assert (installation.run("demo").code, "already holds something" in installation.run("demo").said) == (2, True)
    assert installation.run("demo", "--if-new").code == 0
    assert "holds no demonstration" in installation.run("demo", "--logins").said
    shutil.rmtree(installation.home / "keys")
    assert "can never become a demonstration" in installation.run("demo").said
    assert _content(installation) == before


@pytest.mark.parametrize("words", [("load",), ADD, ("serve",), ("worker", "--once"), ("rebuild",), ("mechanism", "KZ")])
def test_without_a_home_each_command_says_what_to_do(shell: Shell, words: tuple[str, ...]) -> None:
    told = shell.run(*words)
    assert told.code == 2
    assert "Run 'monitoring init'" in told.said
    assert "Traceback" not in told.said


@pytest.mark.parametrize("words", [ADD, ("serve",), ("rebuild",)])
def test_a_database_from_before_says_what_to_do(installation: Shell, words: tuple[str, ...]) -> None:
    (installation.home / "monitoring.sqlite3").unlink()
    told = installation.run(*words)
    assert (told.code, "Run 'monitoring load' first" in told.said) == (2, True)


def test_a_wrong_setting_is_a_sentence_and_no_trace(installation: Shell) -> None:
    installation.settings["PORT"] = "many"
    told = installation.run("serve")
    assert (told.code, told.said) == (2, "PORT is 'many'; it must be a number from 1 to 65535.\n")


def test_a_guessable_secret_is_refused(installation: Shell) -> None:
    keyring = installation.home / "keys" / "keyring.json"
    keyring.chmod(0o600)
    keyring.write_text(re.sub(r'"secret_key": "[^"]+"', f'"secret_key": "{"Y2hhbmdlLW1l" * 3}Y2hhbmdlLQ=="', keyring.read_text()))
    told = installation.run("serve")
    assert told.code == 2
    assert "guessable" in told.said or "damaged" in told.said


def test_the_first_administrator_gets_a_passphrase_that_is_shown_once_and_works(installation: Shell) -> None:
    told = installation.run(*ADD)
    passphrase = re.search(r"([a-z]{6}-){4}[a-z]{6}", told.said)[0]
    settings = read_settings({"MONITORING_HOME": str(installation.home)})
    app = composition.create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    step = app.test_client().post("/sign-in", data={"email": "Admin@example.org", "password": passphrase})
    assert step.headers["Location"].startswith("/sign-in/set-up")
    with installation.database().reading() as reading:
        person = reading.scalars(select(Person)).one()
        assert ([role.name for role in person.roles], person.invented, person.country) == (["admin"], False, "KZ")
        assert person.password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert reading.get_one(Mechanism, person.mechanism_id).names["en"] == "National Preventive Mechanism"
        assert [row.country for row in reading.scalars(select(AuditRow))] == ["KZ"]


def test_people_of_one_country_belong_to_one_mechanism(staffed: Shell) -> None:
    told = staffed.run(
        "add-person", "planner@example.org", "Planner (invented)", "--country", "KZ", "--role", "national_coordinator"
    )
    assert told.code == 0
    with staffed.database().reading() as reading:
        assert len({person.mechanism_id for person in reading.scalars(select(Person))}) == 1


@pytest.mark.parametrize(
    ("email", "said"),
    [("admin@example.org", "exists already"), ("ADMIN@EXAMPLE.ORG", "exists already"), ("admin", "does not look like")],
)
def test_an_address_that_will_not_do_says_why(staffed: Shell, email: str, said: str) -> None:
    told = staffed.run("add-person", email, "Another (invented)", "--country", "KZ")
    assert told.code == 2
    assert said in told.said


def test_unknown_roles_and_countries_are_refused_with_the_known_ones(installation: Shell) -> None:
    told = installation.run(*ADD, "--role", "emperor")
    assert (told.code, "national_coordinator" in told.said) == (2, True)
    told = installation.run(*ADD[:3], "--country", "XX")
    assert (told.code, "TJ" in told.said) == (2, True)


def test_the_body_that_visits_gets_its_name_and_office(staffed: Shell) -> None:
    told = staffed.run(
        "mechanism", "KZ", "--name", "Office (invented)", "--name-ru", "Офис (вымышленный)", "--office", "43.238, 76.945"
    )
    assert told.code == 0
    with staffed.database().reading() as reading:
        body = reading.scalars(select(Mechanism).where(Mechanism.country == "KZ")).one()
        assert body.names == {"en": "Office (invented)", "ru": "Офис (вымышленный)"}
        assert (body.office_latitude, body.office_longitude) == (43.238, 76.945)
    told = staffed.run("mechanism", "KZ", "--office", "somewhere")
    assert (told.code, "could not be read" in told.said) == (2, True)


def test_help_names_every_command(shell: Shell) -> None:
    told = shell.run("--help")
    assert told.code == 0
    for command in ("init", "load", "rebuild", "mechanism", "add-person", "demo", "serve", "worker", "doctor"):
        assert f"\n  {command} " in told.said
