"""Addresses of profiles are by https, as everywhere on LinkedIn, also those that were kept by http."""

from alembic import op

revision = "0026"
down_revision = "0025"

SQL = """
UPDATE contacts SET linkedin_url = regexp_replace(linkedin_url, '^http://', 'https://', 'i'), version = version + 1
WHERE linkedin_url ~* '^http://' AND length(linkedin_url) < 300;
"""


def upgrade() -> None:
    op.execute(SQL)
