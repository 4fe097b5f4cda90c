"""Everybody here speaks to a strict fake Pipedrive, with the patience of a test."""

from tests.support.sync_harness import ada_with_key, bo_with_key, desk, fake

__all__ = ["ada_with_key", "bo_with_key", "desk", "fake"]
