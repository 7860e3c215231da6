"""The OdooCRM event handler: provisions events to Odoo's addon `duebell` through JSON-2."""
