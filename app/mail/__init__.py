"""DOOR: mail and web push. What the services put into the outboxes is sent here: by Brevo, by SMTP, or not at all."""
