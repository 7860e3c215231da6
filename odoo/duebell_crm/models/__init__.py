# SPDX-License-Identifier: LGPL-3.0-only
from . import duebell_settings
from . import duebell_collection
from . import duebell_winback
from . import duebell_customer
