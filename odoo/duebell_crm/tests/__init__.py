# SPDX-License-Identifier: LGPL-3.0-only
from . import test_collections
from . import test_crm_access
from . import test_crm_translations
from . import test_crm_views
from . import test_winback
