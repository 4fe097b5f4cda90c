"""What golden tickets do: see a colleague's contacts, transfer a bank."""
