"""What became of a campaign's contacts in Pipedrive: how many have a deal there, open, won or lost, and what it is worth.

The deals are those that `sync.pull.deals` read; a deal counts for a campaign
when it was made on the day on which its contact joined, or later.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.models import PRACTICE, Campaign, DealStatus, User
from app.services import policy
from app.services.base import firm_settings
from app.services.reports.figures import DealFigures, Money, Share

# contacts by what became of them, and deals by their state
PUSHED, WITH_DEAL = "IN_PIPEDRIVE", "WITH_DEAL"

# whether the firm practises, and whether it wants reports to say what became of people
PRACTISES = "coalesce((select value = 'true' from settings where key = 'practice_pipedrive'), false)"
IS_WANTED = "coalesce((select value = 'true' from settings where key = 'pipedrive_deals'), true)"

# contacts on the board that are linked, with the deals made since they joined; practice deals are never mixed with real ones
FOUND = f"""
asked as (
    select account, heard from sync_accounts where (account = '{PRACTICE}') = {PRACTISES} and {IS_WANTED}
), inside as (
    select place.contact_id, place.added_at, place.stage, c.user_id, link.account, link.remote_id
    from campaign_contacts place join contacts c on c.id = place.contact_id and c.deleted_at is null
    cross join asked
    join pipedrive_links link on link.account = asked.account and link.entity_type = 'person'
         and link.entity_key = place.contact_id::text and link.state = 'LINKED'
    where place.campaign_id = :campaign
      and (cast(:user as uuid) is null or coalesce(place.assigned_user_id, c.user_id) = :user)
), dealt as (
    select inside.contact_id, inside.stage, inside.user_id, deal.id, deal.status, deal.currency, deal.value, deal.added_at
    from inside join pipedrive_deals deal on deal.account = inside.account and deal.person_id = inside.remote_id
    where deal.added_at >= date_trunc('day', inside.added_at, 'UTC')
)"""  # noqa: S608 - a word of ours, no data

# all in one question: `what` says of what a row is
COUNTED = text(f"""
with {FOUND}
select 'deals' as what, status, currency, count(*)::int as n, sum(value) as value
from (select distinct id, status, currency, value from dealt) deals group by status, currency
union all select 'contacts', 'IN_PIPEDRIVE', '', count(distinct contact_id)::int, 0 from inside
union all select 'contacts', 'WITH_DEAL', '', count(distinct contact_id)::int, 0 from dealt
union all select 'contacts', 'WON', '', count(distinct contact_id)::int, 0 from dealt where status = 'WON'
union all select 'read_at', max(heard->>'deals_at'), '', 0, 0 from asked
union all select 'wanted', '', '', 0, 0 where {IS_WANTED}
""")  # noqa: S608 - pieces of SQL that stand here, no data


def of_campaign(session: Session, who: User, campaign: Campaign, user_id: UUID | None) -> DealFigures | None:
    """What became of them, for whoever leads the campaign; None where the firm does not want it, or for others."""
    if not policy.may_see_deals(who, campaign):
        return None
    rows = session.execute(COUNTED, {"campaign": campaign.id, "user": user_id}).all()
    if not any(row.what == "wanted" for row in rows):
        return None
    contacts = {row.status: row.n for row in rows if row.what == "contacts"}
    deals = [row for row in rows if row.what == "deals"]
    n = {state: sum(row.n for row in deals if row.status == state) for state in DealStatus}
    read = next(row.status for row in rows if row.what == "read_at")
    return DealFigures(
        pushed=contacts[PUSHED],
        with_deal=contacts[WITH_DEAL],
        won_contacts=contacts[DealStatus.WON],
        open=n[DealStatus.OPEN],
        won=n[DealStatus.WON],
        lost=n[DealStatus.LOST],
        money=tuple(_money(currency, deals) for currency in sorted({row.currency for row in deals if row.value})),
        win_rate=Share.of(n[DealStatus.WON], n[DealStatus.WON] + n[DealStatus.LOST]),
        read_at=datetime.fromisoformat(read) if read else None,
    )


def are_shown(session: Session, who: User, campaign: Campaign) -> bool:
    return policy.may_see_deals(who, campaign) and firm_settings.get(session, "pipedrive_deals") is True


def _money(currency: str, deals: list[Any]) -> Money:
    def worth(state: DealStatus) -> Decimal:
        return sum((row.value for row in deals if (row.currency, row.status) == (currency, state)), Decimal(0))

    return Money(currency, worth(DealStatus.OPEN), worth(DealStatus.WON), worth(DealStatus.LOST))
