"""The online discussion forum: the reference answer to the assignment, of the standard library alone."""
