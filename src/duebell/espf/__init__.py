"""External System Provisioning Framework: records events, owes them to handlers, provisions them, forgets none."""
