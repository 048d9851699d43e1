"""Ratios of one run on this machine; `python -m bench.<name>`."""
