"""Fold readings into versions, and name the cause of a change: pure decisions over an address's captures."""
