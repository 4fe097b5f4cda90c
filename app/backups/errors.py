"""What can stand between us and a backup, told to the operator in one sentence."""


class BackupTrouble(Exception):
    """A backup cannot be made or restored; the message is one plain sentence."""
