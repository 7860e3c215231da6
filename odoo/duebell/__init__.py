# SPDX-License-Identifier: LGPL-3.0-only
from . import controllers
from . import models
from . import report
from . import wizard
from .hooks import uninstall_hook
