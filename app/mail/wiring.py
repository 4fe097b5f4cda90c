"""The delivery of one process: its sender by the settings, and the key that push services know it by."""

from pathlib import Path

from app import secret_key
from app.mail import senders
from app.mail.delivery import Delivery
from app.mail.web_push_client import WebPushClient
from app.mail.web_push_encryption import VapidKey
from app.settings import Settings


def delivery_for(settings: Settings, data: Path) -> Delivery:
    """The first start makes the key, for its owner's eyes only. Raises SecretTrouble."""
    key = VapidKey(secret_key.made_once(data / "push.key", VapidKey.fresh))
    return Delivery(senders.sender_for(settings), settings.address, WebPushClient(key, senders.vapid_contact(settings)))
