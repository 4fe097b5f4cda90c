"""Signing in and out, one's own profile and keys, tokens, the second step, and colleagues."""
