"""Embedded billing: fees, invoices, payments, commitments and collection, for who has no billing of his own."""
