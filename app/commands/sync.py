"""What goes to Pipedrive, from the console: how it stands, stopping it, going on."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `sync`."""
    sync = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What goes to Pipedrive.")
    for command in (status, pause, resume, retry, webhooks):
        sync.command()(command)
    app.add_typer(sync, name="sync")


def status() -> None:
    """How everybody's pushes stand."""
    from app import db
    from app.commands import context
    from app.models import SyncStatus
    from app.services.accounts import users
    from app.services.base import firm_settings
    from app.services.pipedrive import queue_overview

    rows: list[tuple[object, ...]] = []
    with context.opened(), db.reading() as session:
        addresses = {user.id: user.email for user in users.colleagues(session, context.operator())}
        for queue in queue_overview.all_queues(session, context.operator()):
            counts = [queue.counts[one] for one in SyncStatus]
            rows.append((addresses[queue.user_id], *counts, queue.reason or "running"))
        paused = firm_settings.sync_paused(session)
    typer.echo(f"Paused for everybody: {paused}." if paused else "Running.")
    context.table(("WHOSE", *(one.value for one in SyncStatus), "STATE"), rows, always_headed=True)


def pause(reason: Annotated[str, typer.Option(help="What people are told.")] = "the operator asked for it") -> None:
    """Stop every push until `sync resume`; nothing that waits is lost."""
    _keep(reason[:200])
    typer.echo("Nothing goes to Pipedrive until `pipedriven sync resume`.")


def resume() -> None:
    """Let pushes go on."""
    _keep(None)
    typer.echo("What waited goes to Pipedrive now.")


def retry(
    owner: Annotated[str | None, typer.Option(help="Only this person's, by e-mail address.")] = None,
) -> None:
    """Try everything again that failed."""
    from app import db
    from app.commands import context
    from app.services.push_queue import push_jobs

    with context.opened(), db.transaction() as session:
        whose = context.colleague(session, owner).id if owner else None
        again = push_jobs.retry_all(session, context.operator(), whose)
    typer.echo("1 failed push is tried again." if again == 1 else f"{again:,} failed pushes are tried again.")


def webhooks(
    on: Annotated[bool, typer.Option("--on/--off", help="Have Pipedrive tell us, or stop that.")] = True,
) -> None:
    """Hear of changes in Pipedrive at once; needs a BASE_URL that Pipedrive can reach. Without, we ask every few minutes."""
    from app import db
    from app.commands import context
    from app.errors import Invalid
    from app.services.base import audit_log, firm_settings
    from app.sync.pull.webhooks import is_public

    with context.opened() as here:
        if on and not is_public(here.settings.address):
            raise Invalid("Pipedrive cannot reach this address. Set BASE_URL to a public https address first.")
        with db.transaction() as session:
            firm_settings.save(session, pipedrive_webhooks=on)
            audit_log.record(session, context.operator(), "sync.webhooks", on=on)
    typer.echo(
        "An administrator's key sets this up in Pipedrive within minutes."
        if on
        else "Within minutes Pipedrive stops telling us; we still look every few minutes."
    )


def _keep(reason: str | None) -> None:
    from app import db
    from app.commands import context
    from app.services.base import audit_log, firm_settings
    from app.signals import Topic, announce

    with context.opened(), db.transaction() as session:
        who = context.operator()
        firm_settings.save(session, sync_paused=reason)
        audit_log.record(session, who, "sync.paused" if reason else "sync.resumed")
        announce(session, Topic.SYNC, who.id, who.id)
