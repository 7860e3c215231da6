"""Alarms: what is watched, and how people are told that something stands and that it is over."""
