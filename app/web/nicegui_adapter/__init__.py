"""NiceGUI made safe and light: its socket, its assets, the order of its page."""
