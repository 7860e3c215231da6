# SPDX-License-Identifier: LGPL-3.0-only
from . import test_access_key
from . import test_cancellation
from . import test_concurrency
from . import test_contract
from . import test_delivery
from . import test_email
from . import test_forgetting
from . import test_ingest
from . import test_known
from . import test_linking
from . import test_neutralize
from . import test_partner
from . import test_rehearsal
from . import test_release
from . import test_rights
from . import test_status
from . import test_texts
