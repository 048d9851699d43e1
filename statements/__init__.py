"""What happens to records over time: versions, changes, positions, shifts and alerts."""
