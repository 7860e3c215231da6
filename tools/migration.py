"""Write the next revision of the schema: what differs between the tables and the revisions so far.

python -m migration 0002 "Leases for several dispatchers"
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from duebell.storage import migrations

folder = Path(migrations.__file__).parent
with create_engine("sqlite://").connect() as connection:
    configuration = Config()
    configuration.set_main_option("script_location", str(folder))
    configuration.attributes["connection"] = connection
    if list((folder / "versions").glob("*.py")):
        command.upgrade(configuration, "head")
    command.revision(configuration, message=sys.argv[2], autogenerate=True, rev_id=sys.argv[1])
subprocess.run(["ruff", "format", "--quiet", str(folder)], check=True)
print(f"Now set HEAD = {sys.argv[1]!r} in {migrations.__file__}.")
