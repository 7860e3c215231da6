# SPDX-License-Identifier: LGPL-3.0-only
from . import models
from .hooks import uninstall_hook
