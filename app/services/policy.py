"""Who may do what: every question about a role that a service, a route or a screen asks.

A consultant has their own contact bank and the campaigns that they are a member of. A golden ticket also leads:
colleagues, all campaigns and the contacts in them, the firm's settings and what is wrong with any push or mail.
Conditions on many rows are in permissions/visibility.py; they ask here whom they hold for.
"""

from uuid import UUID

from app.models import Campaign, Role, User

SEE_EVERY_CAMPAIGN = frozenset({Role.GOLDEN_TICKET})


def sees_every_campaign(who: User) -> bool:
    """All campaigns that are not in the trash, and the contacts on their boards whole; else those one is a member of."""
    return who.role in SEE_EVERY_CAMPAIGN


def may_open_contact(who: User, owner_id: UUID) -> bool:
    """Whether a contact on a board that this person sees has a page for them."""
    return owner_id == who.id or sees_every_campaign(who)


def may_manage_campaign(who: User, campaign: Campaign) -> bool:
    """Change, archive or remove it, and take anybody's contacts off its board."""
    return campaign.owner_id == who.id or who.is_golden


def may_see_deals(who: User, campaign: Campaign) -> bool:
    """What became of its contacts in Pipedrive, and what that is worth."""
    return may_manage_campaign(who, campaign)


def may_assign_shared_contacts(who: User) -> bool:
    """Put a colleague's contact, which some campaign shows, on the board of another."""
    return who.is_golden


def may_transfer_contacts(who: User) -> bool:
    """Give a colleague's contacts to another colleague."""
    return who.is_golden


def may_manage_users(who: User) -> bool:
    """Invite, disable and reset colleagues, choose their roles, and see those who are disabled."""
    return who.is_golden


def may_end_session(who: User, owner_id: UUID) -> bool:
    """Sign a device out."""
    return owner_id == who.id or may_manage_users(who)


def may_change_firm_settings(who: User) -> bool:
    """What holds for everybody: thresholds, Pipedrive, sign-in, notifications of the firm."""
    return who.is_golden


def may_see_operations(who: User) -> bool:
    """Backups and the state of the server."""
    return who.is_golden


def may_read_audit_log(who: User) -> bool:
    return who.is_golden


def may_see_team_report(who: User) -> bool:
    """Figures of the whole firm: the team's report and what introductions led to."""
    return who.is_golden


def may_see_goals_of(who: User, user_id: UUID) -> bool:
    """What somebody wants to do in a week, and to set it."""
    return user_id == who.id or who.is_golden


def may_offer_introductions(who: User) -> bool:
    return who.is_golden


def may_manage_every_push(who: User) -> bool:
    """See and retry the pushes of all colleagues; else one's own."""
    return who.is_golden


def may_manage_every_mail(who: User) -> bool:
    """See the mails that are about nobody, and send failed ones again; else see one's own."""
    return who.is_golden
