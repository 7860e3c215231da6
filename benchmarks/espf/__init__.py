"""The part `espf`: how fast events are accepted and dispatched on each engine, beside the libraries that people would otherwise take."""
