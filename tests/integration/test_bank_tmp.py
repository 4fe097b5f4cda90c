from time import perf_counter
import crowd
from sqlalchemy import text
from app import db
from test_bank_finding import QUESTIONS, WORD
def test_100k(ada):
    with db.transaction() as session:
            session.execute(text("set local statement_timeout='200s'"))
            ids=list(session.execute(crowd.FILL,{"who":ada.id,"many":100000}).scalars())
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.execute(text("set statement_timeout='200s'"))
        line.execute(text("vacuum analyze contacts"))
        line.execute(text("set statement_timeout='15s'"))
    for name,q in QUESTIONS.items():
        best=9
        for _ in range(4):
            with db.reading() as s:
                t=perf_counter(); q(s, ada, ids); best=min(best,perf_counter()-t)
        print("%-20s %.1f ms"%(name,best*1000))
        if best>.05:
            with crowd.counted() as asked, db.reading() as s: q(s,ada,ids)
            with db.engine.connect() as line:
                for st,v in asked:
                    if st.lower().startswith(("select","with")) and "contacts" in st:
                        print("\n".join(r[0] for r in line.exec_driver_sql("explain (analyze, costs on) "+st, v)))
