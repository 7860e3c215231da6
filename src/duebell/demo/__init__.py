"""John Doe's month on a real Odoo: the story that `duebell demo` plays and the acceptance test checks."""
