"""The real Odoo: what it serves, how it ends, and what it says when it can't."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from real_odoo import Cluster, ClusterError, Odoo, OdooError, environment, keeper, program

STARTER_WHO_IS_KILLED = """
import signal, sys
from real_odoo import Cluster, Installation, Odoo
cluster = Cluster(Installation.ensure())
cluster.start()
odoo = Odoo(cluster, (cluster.copy(sys.argv[1]),), workers=1)
odoo.start()
print(odoo.log.parent, flush=True)
signal.pause()
"""


@pytest.fixture(scope="module")
def plain_template(cluster: Cluster) -> str:
    """Odoo without our addon: these tests are not about it."""
    return cluster.template()


def templates(cluster: Cluster) -> list[str]:
    """Other tests make and drop databases of theirs on the same cluster meanwhile."""
    return [database.name for database in cluster.databases() if database.name.startswith("tpl_")]


@pytest.fixture
def database(cluster: Cluster, plain_template: str) -> Iterator[str]:
    name = cluster.copy(plain_template)
    yield name
    cluster.drop(name)


@pytest.fixture
def cluster_with_an_addon(cluster: Cluster, tmp_path: Path) -> Iterator[Cluster]:
    """The same cluster; its addons are those of the folder `addons`, and there is one, `acme`, with a test."""
    tests = tmp_path / "addons/acme/tests"
    tests.mkdir(parents=True)
    (tests.parent / "__init__.py").touch()
    (tests.parent / "__manifest__.py").write_text("{'name': 'acme', 'depends': ['base'], 'license': 'LGPL-3'}")
    (tests / "__init__.py").write_text("from . import test_acme\n")
    (tests / "test_acme.py").write_text(a_test("self.assertEqual(1, 1)"))
    with Cluster(cluster.installation, cluster.folder, addons_path=(tmp_path / "addons",)) as another:
        yield another


def a_test(statement: str) -> str:
    return (
        "from odoo.tests import TransactionCase\n\n\n"
        f"class TestAcme(TransactionCase):\n    def test_acme(self):\n        {statement}\n"
    )


def call(odoo: Odoo, database: str, key: str, method: str, arguments: dict[str, str]) -> object:
    connection = http.client.HTTPConnection("127.0.0.1", odoo.port, timeout=30)
    headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": database, "Content-Type": "application/json"}
    connection.request("POST", f"/json/2/{method}", json.dumps(arguments), headers)
    answer = connection.getresponse()
    content = json.load(answer)
    connection.close()
    return content if answer.status == http.HTTPStatus.OK else answer.status


def processes_with(argument: Path) -> list[str]:
    """The processes that were given this path, or one below it, on their command line."""
    listed = program.output(["ps", "-ewwo", "args"])
    return [line for line in listed.splitlines() if str(argument) in line]


def test_one_odoo_serves_two_databases_each_with_its_own_keys(cluster: Cluster, plain_template: str) -> None:
    first, second = cluster.copy(plain_template), cluster.copy(plain_template)
    key = cluster.create_api_key(first, login="admin", name="test")

    with Odoo(cluster, (first, second), crons=0) as odoo:
        assert call(odoo, first, key, "res.users/context_get", {}) == {"lang": "en_US", "tz": False, "uid": 2}
        assert call(odoo, second, key, "res.users/context_get", {}) == http.HTTPStatus.UNAUTHORIZED
        assert key not in odoo.log.read_text()

    cluster.drop(first)
    cluster.drop(second)


def test_stopped_or_killed_nothing_of_it_is_left_and_it_comes_back_at_its_address(cluster: Cluster, database: str) -> None:
    with Odoo(cluster, (database,), workers=2) as odoo:
        url = odoo.url
        # two workers, one for scheduled actions, one for long-lived connections, and who watches over them
        assert len(processes_with(odoo.log.parent)) == 5

        odoo.kill()
        assert processes_with(odoo.log.parent) == []

        odoo.start()
        assert odoo.url == url
        odoo.stop()
        assert processes_with(odoo.log.parent) == []
        assert not odoo.is_running


def test_an_odoo_whose_starter_is_killed_ends(cluster: Cluster, plain_template: str) -> None:
    env = environment.for_programs(PYTHONPATH=str(environment.CHECKOUT / "tools"), DUEBELL_RUN=str(cluster.installation.run))
    with subprocess.Popen(
        [sys.executable, "-c", STARTER_WHO_IS_KILLED, plain_template], stdout=subprocess.PIPE, text=True, env=env
    ) as starter:
        assert starter.stdout
        folder = Path(starter.stdout.readline().strip())
        assert keeper.running(folder / "odoo.state")

        starter.kill()

    keeper.wait_for_the_end(folder / "odoo.state")
    assert processes_with(folder) == []


def test_what_a_script_leaves_is_committed_and_answered(cluster: Cluster, database: str) -> None:
    made = cluster.shell(database, "result = env['res.partner'].create({'name': name}).name", name="Customer 'one'")

    assert made == "Customer 'one'"
    assert cluster.query(database, "SELECT count(*) FROM res_partner WHERE name LIKE 'Customer%'") == [["1"]]


def test_a_script_that_raises_leaves_nothing_and_says_what_it_raised(cluster: Cluster, database: str) -> None:
    script = "env['res.partner'].create({'name': 'Customer one'})\nraise ValueError('not like this')"

    with pytest.raises(OdooError, match="failed") as raised:
        cluster.shell(database, script)

    assert raised.value.evidence == ("ValueError: not like this",)
    assert cluster.query(database, "SELECT count(*) FROM res_partner WHERE name LIKE 'Customer%'") == [["0"]]


def test_parameters_reach_an_odoo_that_runs(cluster: Cluster, database: str) -> None:
    key = cluster.create_api_key(database, login="admin", name="test", days=1)
    with Odoo(cluster, (database,), crons=0) as odoo:
        read = ("ir.config_parameter/get_param", {"key": "sms.endpoint"})
        assert call(odoo, database, key, *read) is False

        cluster.set_parameters(database, {"sms.endpoint": "http://127.0.0.1:9"})

        assert call(odoo, database, key, *read) == "http://127.0.0.1:9"


def test_a_copy_is_whole_and_speaks_the_languages(cluster: Cluster, database: str) -> None:
    assert cluster.query(database, "SELECT count(*) FROM ir_attachment WHERE store_fname IS NOT NULL") == [["0"]]
    languages = cluster.query(database, "SELECT code FROM res_lang WHERE active ORDER BY code")
    assert languages == [["en_US"], ["es_ES"]]


def test_odoo_reaches_nothing_but_this_machine(cluster: Cluster, database: str) -> None:
    script = """
import requests
try:
    requests.get("https://example.com", timeout=5)
except requests.exceptions.ProxyError:
    result = "refused here"
"""
    assert cluster.shell(database, script) == "refused here"


def test_a_database_that_is_not_there_is_named(cluster: Cluster) -> None:
    odoo = Odoo(cluster, ("nowhere",))
    with pytest.raises(ClusterError, match="There is no database nowhere: copy a template to it first"):
        odoo.start()


def test_a_port_that_is_taken_is_named(cluster: Cluster, database: str) -> None:
    with Odoo(cluster, (database,), crons=0) as first:
        second = Odoo(cluster, (database,), crons=0, port=first.port)
        with pytest.raises(OdooError, match=f"Port {first.port} is taken by another program"):
            second.start()
        assert processes_with(second.log.parent) == []


def test_an_unknown_language_is_named_and_leaves_no_template(cluster: Cluster) -> None:
    before = templates(cluster)

    with pytest.raises(OdooError, match="Odoo knows no language xx_XX"):
        cluster.template(languages=("xx_XX",))

    assert templates(cluster) == before


def test_an_unknown_addon_is_named(cluster: Cluster) -> None:
    with pytest.raises(OdooError, match="There is no addon nothing in "):
        cluster.template(("nothing",))


def test_an_addon_that_does_not_load_says_why_and_leaves_no_template(cluster_with_an_addon: Cluster, tmp_path: Path) -> None:
    before = templates(cluster_with_an_addon)
    (tmp_path / "addons/acme/__init__.py").write_text("from . import what_is_not_there\n")

    with pytest.raises(OdooError, match="cannot import name 'what_is_not_there'"):
        cluster_with_an_addon.template(("acme",))

    assert templates(cluster_with_an_addon) == before


def test_a_template_follows_its_addon(cluster_with_an_addon: Cluster, tmp_path: Path) -> None:
    before = cluster_with_an_addon.template(("acme",))
    assert cluster_with_an_addon.template(("acme",)) == before

    (tmp_path / "addons/acme/__init__.py").write_text("# changed\n")
    after = cluster_with_an_addon.template(("acme",))

    assert after != before
    state = "SELECT state FROM ir_module_module WHERE name = 'acme'"
    assert cluster_with_an_addon.query(cluster_with_an_addon.copy(after), state) == [["installed"]]
    cluster_with_an_addon.drop(before)
    cluster_with_an_addon.drop(after)


def test_a_template_follows_an_addon_that_installs_itself_beside(cluster_with_an_addon: Cluster, tmp_path: Path) -> None:
    bridge = tmp_path / "addons/acme_bridge"
    bridge.mkdir()
    (bridge / "__init__.py").touch()
    manifest = "{'name': 'bridge', 'depends': ['acme', 'crm'], 'auto_install': True, 'license': 'LGPL-3'}"
    (bridge / "__manifest__.py").write_text(manifest)
    before = cluster_with_an_addon.template(("acme",))
    state = "SELECT state FROM ir_module_module WHERE name = 'acme_bridge'"
    assert cluster_with_an_addon.query(cluster_with_an_addon.copy(before), state) == [["installed"]]

    (bridge / "__init__.py").write_text("# changed\n")
    after = cluster_with_an_addon.template(("acme",))

    assert after != before
    cluster_with_an_addon.drop(before)
    cluster_with_an_addon.drop(after)


def test_an_addon_is_upgraded_to_its_code(cluster_with_an_addon: Cluster, tmp_path: Path) -> None:
    template = cluster_with_an_addon.template(("acme",))
    database = cluster_with_an_addon.copy(template)
    manifest = tmp_path / "addons/acme/__manifest__.py"
    manifest.write_text("{'name': 'acme', 'version': '2.0', 'depends': ['base'], 'license': 'LGPL-3'}")

    cluster_with_an_addon.upgrade(database, ("acme",))

    version = "SELECT latest_version FROM ir_module_module WHERE name = 'acme'"
    assert cluster_with_an_addon.query(database, version) == [["19.0.2.0"]]
    cluster_with_an_addon.drop(template)


def test_tests_of_an_addon_are_run_and_counted(cluster_with_an_addon: Cluster) -> None:
    assert cluster_with_an_addon.test_addon("acme") == 1


def test_beside_another_addon_those_tests_are_run_that_are_tagged_with_its_name(
    cluster_with_an_addon: Cluster, tmp_path: Path
) -> None:
    tagged = '@tagged("-standard", "sms")\nclass TestAcme'
    test = tmp_path / "addons/acme/tests/test_acme.py"
    test.write_text(a_test("self.env['sms.sms']").replace("class TestAcme", f"from odoo.tests import tagged\n\n{tagged}"))

    assert cluster_with_an_addon.test_addon("acme", beside="sms") == 1
    with pytest.raises(OdooError, match="acme has no tests that Odoo finds"):
        cluster_with_an_addon.test_addon("acme")


def test_a_failing_test_of_an_addon_is_shown(cluster_with_an_addon: Cluster, tmp_path: Path) -> None:
    (tmp_path / "addons/acme/tests/test_acme.py").write_text(a_test("self.assertEqual(1, 2)"))

    with pytest.raises(OdooError) as raised:
        cluster_with_an_addon.test_addon("acme")

    assert any("FAIL: TestAcme.test_acme" in line for line in raised.value.evidence)
    assert "AssertionError: 1 != 2" in raised.value.evidence


def test_an_addon_whose_tests_nobody_imports_does_not_pass(cluster_with_an_addon: Cluster, tmp_path: Path) -> None:
    (tmp_path / "addons/acme/tests/__init__.py").write_text("")

    with pytest.raises(OdooError, match="acme has no tests that Odoo finds"):
        cluster_with_an_addon.test_addon("acme")
