# SPDX-License-Identifier: LGPL-3.0-only
from . import duebell_access_key
from . import duebell_message_test
from . import duebell_gateway_trial
from . import duebell_link
from . import base_module_uninstall
from . import base_partner_merge
from . import duebell_proof
from . import duebell_linking
