"""What each number means, in one sentence: the screens show it, docs/figures.md repeats it, the SQL beside it obeys it."""

DEFINITIONS: dict[str, str] = {
    "touches": "Outreach done for the campaign, counted at the moment it happened; a touch that was taken back, and a meeting that was moved or cancelled, do not count.",
    "reached": "Touches after which somebody had been spoken to or had answered, a refusal included.",
    "meetings_booked": "Meetings put into the diary for the campaign, counted at the moment they were booked; one that was moved, cancelled or taken back does not count, one where nobody came does.",
    "meetings_held": "Meetings that are over and took place, counted at the moment they happened.",
    "handed_over": "Contacts that were moved to Handed over, counted once at their latest such move; one that was moved back to an earlier stage since does not count, and a method does not narrow it.",
    "change": "The chosen days compared with as many days just before them; with no days chosen, the last 7 days, today included, with the 7 before.",
    "funnel": "How many of the contacts that are in the campaign now ever got at least that far, whatever days and method are chosen; a person narrows it to the contacts that are theirs to look after.",
    "by_type": "A method's share is what it reached of its touches; a meeting is credited to the last touch of another kind that its contact had in the campaign before it was booked, and to Meeting when there was none.",
    "by_user": "A person's share is what they reached of the touches they made, also when they have left; a meeting is credited to whoever booked it.",
    "interval": "The share would lie in this range in 95 of 100 such samples (Wilson); below 10 touches it is drawn hatched and means little.",
    "per_week": "Weeks run from Monday to Sunday in your time zone, without gaps; of a very long campaign the latest 260.",
    "pace": "Done is counted over the whole campaign; now is the average week of the last 28 days, and the likely range is where 8 of 10 campaigns at that pace would end.",
    "ticket_rate": "Of the introductions that were used, how many contacts had a meeting booked afterwards: in the same campaign, or anywhere when it was for none.",
    "overdue": "Planned touches whose date has passed and that nobody answered for.",
}
