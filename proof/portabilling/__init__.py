"""A PortaBilling's chain under kills: raw events are read, customers are taken over; the stand-in is the PortaBilling."""
