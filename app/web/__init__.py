"""The outer wall: sessions, the socket guard, limits and headers; sign-in and error pages as plain HTML.

Everything here is pure ASGI and stands outside of NiceGUI, because NiceGUI
knows no users: whoever holds the id of a page may press its buttons. Nobody
reaches it without a session, and every press is checked against that session.
"""
