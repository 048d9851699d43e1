"""A ministry's site of invented statements on this machine, and the rounds in which it changes under the watcher's eyes."""
