"""What can stand between us and a database, told to the operator in one sentence."""


class PostgresTrouble(Exception):
    """The database cannot be used; the message is one plain sentence for the operator."""
