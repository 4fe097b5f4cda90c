"""What every screen uses: taps, questions to the database, live updates, the shell as a protocol, patches of NiceGUI."""
