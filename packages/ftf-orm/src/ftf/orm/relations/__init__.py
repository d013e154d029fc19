"""Related records: associations and eager loads of what is loaded already."""
