"""PortaBilling as the source: how fast its events are taken."""
