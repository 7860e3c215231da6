"""Embedded billing: customers, recurring fees, invoices, payments, commitments and collection, for who has no billing of his own."""
