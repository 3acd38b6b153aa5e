"""An account may have an e-mail address, sealed, and its holder may change it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import AUDIENCES, grant, policy

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("email_sealed", sa.LargeBinary(), nullable=True))
    for audience in AUDIENCES:
        policy("account", f"{audience}_changes_own", "UPDATE", audience, *["id = app_account()"] * 2)
        grant("UPDATE (email_sealed, lang)", "account", audience)
