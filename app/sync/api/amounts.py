"""What a deal is worth, read with suspicion: an amount to the cent, and a currency of three letters."""

import re
from decimal import Decimal
from typing import Any

# more than this is nobody's deal
MOST = 10**15


def value(said: Any) -> Decimal:
    """What is no amount, or below nothing, is worth nothing."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= MOST:
        return Decimal(0)
    return Decimal(str(said)).quantize(Decimal("0.01"))


def currency(said: Any) -> str:
    """The code of ISO 4217; empty where there is none."""
    return said if isinstance(said, str) and re.fullmatch("[A-Z]{3}", said) else ""
