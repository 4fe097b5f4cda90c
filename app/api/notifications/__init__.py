"""A person's notifications, and the devices that get them by web push."""
