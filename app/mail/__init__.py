"""DOOR: the post. What the services wrote leaves the house here, by Brevo, by SMTP, or not at all."""
