"""Layouts for which selectors do not suffice; a source's YAML names them by `code: module.Class`."""
