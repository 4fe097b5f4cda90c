"""Passwords hashed with the cheapest parameters: with those of earnest, hashing is most of what a test of sign-ins costs."""

from app.services.accounts import passwords

IN_EARNEST = passwords.scheme
CHEAPEST = passwords.argon2.using(type="ID", memory_cost=8, time_cost=1, parallelism=1)


def use():
    """From now on in this process, for every hash that is made; one that is checked costs what it was made with."""
    passwords.scheme = CHEAPEST
