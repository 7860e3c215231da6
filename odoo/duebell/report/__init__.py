# SPDX-License-Identifier: LGPL-3.0-only
from . import duebell_reminder_report
from . import duebell_message_report
