"""A stand-in for PortaBilling, built from its public documentation: embedded billing behind PortaBilling's API and EventSender.

It is no PortaBilling, and shows nothing that its vendor doesn't publish: where a name or a behaviour isn't public, it has the
defaults of `duebell.portabilling.names`, or one that docs/portabilling-sandbox.md calls ours.
"""
