"""A real Odoo 19 on this machine, for the demo, the tests and the benchmarks.

    installation = Installation.ensure()
    with Cluster(installation) as cluster:
        template = cluster.template(addons=("duebell",), languages=("en_US", "es_ES"))
        cluster.copy(template, "test_1")
        with Odoo(cluster, databases=("test_1",)) as odoo:
            key = cluster.create_api_key("test_1", login="admin", name="test")
            print(odoo.url)

Standard library only: it runs before anything is installed.
"""

from real_odoo.cluster import Cluster
from real_odoo.errors import ClusterError, InstallationError, OdooError, RealOdooError
from real_odoo.installation import Installation
from real_odoo.odoo import Odoo
from real_odoo.postgresql_server import free_port
from real_odoo.progress import Progress

__all__ = [
    "Cluster",
    "ClusterError",
    "Installation",
    "InstallationError",
    "Odoo",
    "OdooError",
    "Progress",
    "RealOdooError",
    "free_port",
]
