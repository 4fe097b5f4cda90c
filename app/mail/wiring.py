"""The post office of one process: its senders by the settings, and the key that push services know it by."""

from pathlib import Path

from app import secret_key
from app.mail import senders
from app.mail.delivery import Post
from app.mail.web_push_client import Ringer
from app.mail.web_push_encryption import Key
from app.settings import Settings


def opened(settings: Settings, data: Path) -> Post:
    """The first start makes the key, for its owner's eyes only. Raises SecretTrouble."""
    key = Key(secret_key.made_once(data / "push.key", Key.fresh))
    return Post(senders.chosen(settings), settings.address, Ringer(key, senders.contact(settings)))
