"""Whatever people do with a contact, exactly what became warm or met is handed to Pipedrive, each thing once."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app import db
from app.models import ActivityDraft, PipedriveSync, User
from app.services.activities import activity_log
from app.services.contacts import contact_bank
from tests.support import world

LINE = 7
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("warmth"), st.integers(0, 10)),
        st.tuples(st.sampled_from(["CALL", "EMAIL", "LINKEDIN", "MEETING"]), st.sampled_from([None, "CANCELLED", "NO_SHOW"])),
        st.tuples(st.just("postpone"), st.integers(1, 300)),
        st.tuples(st.just("rename"), st.integers(0, 9)),
    ),
    max_size=10,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 10), deeds=DEEDS)
def test_what_becomes_warm_or_is_met_goes_over_and_nothing_else(ada, start, deeds):
    row = world.contact(ada, "Jane Roe", warmness_score=start)
    warmth, warm, name, meetings = start, start >= LINE, None, set()
    for deed, how in deeds:
        with db.transaction() as session:
            me = session.get_one(User, ada.id)
            if deed == "warmth":
                contact_bank.set_warmness(session, me, row.id, how)
                warm, warmth = warm or warmth < LINE <= how, how
            elif deed == "rename":
                # an edit is told only where Pipedrive knows the contact, or is about to
                warm, name = warm or bool(meetings and name != how), how
                contact_bank.change(session, me, row.id, {"name": f"Jane Roe {how}"})
            elif deed == "postpone":
                for meeting in meetings:
                    activity_log.change(session, me, meeting, {"location": f"Room {how}"})
            else:
                outcome = how if deed == "MEETING" else None
                touch = activity_log.log(session, me, row.id, ActivityDraft(type=deed, outcome=outcome))
                meetings |= {touch.id} if deed == "MEETING" and outcome is None else set()
    with db.reading() as session:
        queued = session.exec(select(PipedriveSync).where(PipedriveSync.contact_id == row.id)).all()
    expected = {f"activity:{meeting}" for meeting in meetings} | ({f"person:{row.id}"} if warm else set())
    assert sorted(one.dedupe_key for one in queued) == sorted(expected)
    assert {one.user_id for one in queued} <= {ada.id}
