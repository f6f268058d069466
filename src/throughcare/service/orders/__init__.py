"""Orders in the record: drafts, versions, variations, installation."""
