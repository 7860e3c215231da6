"""`python -m real_odoo`."""

import sys

from real_odoo.command_line import main

sys.exit(main())
