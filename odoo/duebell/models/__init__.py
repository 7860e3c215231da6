# SPDX-License-Identifier: LGPL-3.0-only
# What a model is comes before what other files add to it.
from . import duebell_customer
from . import duebell_event
from . import duebell_message_rule
from . import duebell_message
from . import duebell_receipt
from . import duebell_customer_following
from . import duebell_message_draft
from . import duebell_message_cancellation
from . import duebell_message_hold
from . import duebell_message_release
from . import duebell_message_sms
from . import duebell_message_email
from . import duebell_event_timeline
from . import duebell_event_contract
from . import duebell_event_upkeep
from . import duebell_event_pairing
from . import duebell_event_keys
from . import duebell_event_hold
from . import duebell_event_status
from . import duebell_event_rehearsal
from . import duebell_customer_forgetting
from . import duebell_message_forgetting
from . import mail_mail
from . import res_partner
from . import sms_sms
from . import sms_tracker
