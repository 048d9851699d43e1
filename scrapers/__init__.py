"""How a page becomes a record: sources, layouts, fetching, listings and archives. Knows no database."""
