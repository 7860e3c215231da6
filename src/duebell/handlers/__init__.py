"""The event handlers, a package a type."""
