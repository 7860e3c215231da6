"""A disk whose writes are recorded, and what a power failure would have left of them."""
