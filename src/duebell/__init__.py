"""Duebell tells Odoo CRM what happens in a communication service provider's billing."""
