"""What a record is: the frozen dataclasses, errors, schemas and expectations that everything else shares."""
