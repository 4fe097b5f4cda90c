"""What every screen stands on: taps, questions, live updates, dependencies, fixes to NiceGUI."""
